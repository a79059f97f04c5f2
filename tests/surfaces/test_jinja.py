"""Custom objects in templates of NetBox: config templates, export templates, and every other one by the filters."""

import logging
import re

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from dcim.models import Site
from extras.models import ConfigTemplate, CustomLink, ExportTemplate
from users.models import Token

from dev.paths import ROOT
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import Rest, make_user

pytestmark = pytest.mark.django_db


def make_cat():
    made = make_type('cat', fields=[{'name': 'name', 'primary': True}, ('age', 'integer')])
    for name, age in (('Tom', 3), ('Kit', 1)):
        make_object(made, name=name, age=age)
    return made


@pytest.fixture
@keeps(make_cat)
def cat(db):
    return kept_again()


def rendered(code):
    return ConfigTemplate(name='t', template_code=code).render()


@pytest.mark.parametrize(('code', 'text'), [
    ('{% for cat in custom_objects.cat.all() %}{{ cat }},{% endfor %}', 'Tom,Kit,'),
    ('{{ custom_objects.cat.filter(age=1).first().name }} {{ custom_objects.cat.count() }}', 'Kit 2'),
    ("{{ custom_objects['cat'].count() }}", '2'),
    ("{{ 'cat' | custom_objects | map(attribute='age') | sum }}", '4'),
    ("{% for cat in 'cat' | custom_objects %}{{ cat.age }}{% endfor %}", '31'),
    ("{{ custom_objects | join(', ') }} {{ 'cat' in custom_objects }} {{ 'dog' in custom_objects }}", 'cat True False'),
])  # fmt: skip
def test_objects_of_a_type(cat, code, text):
    assert rendered(code) == text


@pytest.mark.parametrize(('code', 'text'), [
    ('{% for dog in custom_objects.dog.all() %}x{% else %}none{% endfor %}', 'none'),
    ("[{{ custom_objects['1x'].filter(age__gt=1).order_by('x').values_list('y')[:3] }}]", '[]'),
    ("{{ 'dog' | custom_objects | length }} {{ custom_objects.dog.count() }}", '0 0'),
    ('{% if custom_objects.dog.exists() or custom_objects.dog.first() %}x{% endif %}', ''),
    ("{{ [] | custom_objects | length }}{{ none | custom_objects | length }}{{ custom_objects[1].count() }}", '000'),
])  # fmt: skip
def test_an_unknown_type_is_empty_and_logged(cat, code, text, caplog):
    with caplog.at_level(logging.WARNING):
        assert rendered(code) == text
    assert 'which does not exist' in caplog.text


def test_a_renamed_type_is_found_by_its_name_of_today(cat):
    cat.snapshot()
    cat.name = 'feline'
    cat.save()
    assert rendered('{{ custom_objects.feline.count() }}{{ custom_objects.cat.count() }}') == '20'


def test_templates_cannot_write(cat):
    make_field(cat, 'sites', 'multiobject', target=Site)
    make_field(cat, 'mixed', 'multiobject', targets=[Site])
    for call in (
        'all().delete()', "update(name='x')", "create(name='x')", "get_or_create(name='x')", 'bulk_create([])',
        'first().delete()', 'first().save()', 'first().sites.add(1)', 'first().mixed.clear()',
        'model.objects.all().delete()', 'model.deserialize_object({}).save()', 'model.custom_object_type.delete()',
        'model.custom_object_type.save()', 'model.custom_object_type.fields.first().save()',
    ):  # fmt: skip
        with pytest.raises(SecurityError, match='not safely callable'):
            rendered('{{ custom_objects.cat.%s }}' % call)  # noqa: UP031
    assert cat.get_model().objects.count() == 2


@pytest.mark.parametrize('path', ['__class__', 'cat.__class__', 'cat.model._meta', 'cat.first()._meta'])
def test_templates_see_no_insides(cat, path):
    with pytest.raises((SecurityError, UndefinedError)):
        rendered('{{ custom_objects.%s.x }}' % path)  # noqa: UP031


def test_export_templates_of_other_models(cat):
    Site.objects.create(name='S', slug='s')
    template = ExportTemplate.objects.create(
        name='cats',
        template_code='{% for site in queryset %}{{ site }}: {{ custom_objects.cat.count() }}{% endfor %}',
    )
    assert template.render(queryset=Site.objects.all()) == 'S: 2'


def test_links_have_the_filter(cat):
    link = CustomLink(name='l', link_text="{{ 'cat' | custom_objects | length }} cats", link_url='/x/')
    link.full_clean()
    assert link.render({})['text'] == '2 cats'


def test_a_template_sees_what_its_reader_may_not_view(cat):
    """As of NetBox's own models: the right to render a template is the right to what it shows."""
    template = ConfigTemplate.objects.create(name='t', template_code='{{ custom_objects.cat.count() }}')
    reader = make_user('reader', (ConfigTemplate, ['view', 'render'], None))
    token = Token.objects.create(user=reader)
    rest = Rest(HTTP_AUTHORIZATION=f'Bearer nbt_{token.key}.{token.token}')
    path = f'/api/extras/config-templates/{template.pk}/render/'
    assert rest.post(path, {}, expect=200)['content'] == '2'
    rest.get('cat/', expect=404)


EXAMPLE = re.compile(r'```jinja\n(.*?)\n```\n\n```text\n(.*?)\n```', re.DOTALL)


def test_the_examples_of_the_documentation(cat):
    examples = EXAMPLE.findall((ROOT / 'docs' / 'templates.md').read_text())
    assert len(examples) == 4
    for code, text in examples:
        assert rendered(code) == text
