"""The names that scripts and other plugins import: chapter 11 of the contract, and what they return."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.template import Context, Template
from django_filters import Filter as DjangoFilter
from django_tables2 import Column
from rest_framework import serializers

from dcim.models import Site
from netbox.registry import registry

from dev.paths import ROOT
from netbox_custom_objects.compat.related_tabs import make_co_combined_view, register_tabs
from netbox_custom_objects.field_types import FIELD_TYPE_CLASS
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.utilities import AppsProxy, generate_model, get_viewname, restrict_to_viewable
from tests.field_types.case import resolve
from tests.field_types.everything import Everything
from tests.support.branches import close
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import KEEPER
from tests.surfaces.rest import make_user

CONTRACT = ROOT / 'docs' / 'architecture' / 'contract.md'
NAME = 'netbox_custom_objects'
SPELLING = re.compile(r'(?P<name>\w+)(?P<arguments>\(.*\))?$')


def chapter() -> list[tuple[str, str]]:
    """Return (what the names are in, name with its arguments) of each name in chapter 11."""
    text = Path(CONTRACT).read_text().split('\n## 11. ')[1].split('\n## ')[0]
    rows = re.findall(r'^\| `([.\w]+)` \| (.*) \|$', text, re.MULTILINE)
    return [(owner, name) for owner, names in rows for name in re.findall(r'`([^`]+)`', names)]


def find(path: str):
    """Return the module, or what is in one, that a path within the package means."""
    parts = path.strip('.').split('.') if path.strip('.') else []
    for length in range(len(parts), -1, -1):
        try:
            found = import_module('.'.join([NAME, *parts[:length]]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(path)


def parameters(arguments: str) -> dict[str, object]:
    """Return the parameters that the chapter spells, with their defaults."""
    spelled = ast.parse(f'def f{arguments}: pass').body[0].args
    names = [argument.arg for argument in (*spelled.args, *spelled.kwonlyargs)]
    defaults = [None] * (len(spelled.args) - len(spelled.defaults)) + spelled.defaults + spelled.kw_defaults
    return {
        name: inspect.Parameter.empty if default is None else ast.literal_eval(default)
        for name, default in zip(names, defaults, strict=True)
    }


def test_the_chapter_is_read():
    assert len(chapter()) > 100
    assert {owner.split('.')[1] for owner, _name in chapter()} >= {'models', 'field_types', 'utilities', 'templatetags'}


@pytest.mark.parametrize(('owner', 'spelling'), chapter())
def test_each_name_of_the_chapter(owner, spelling):
    match = SPELLING.match(spelling)
    found = getattr(find(owner), match['name'])
    if match['arguments']:
        there = inspect.signature(found).parameters
        for name, default in parameters(match['arguments']).items():
            assert name in there, spelling
            assert there[name].default == default, spelling


class TestTypes:
    """Nothing is cached, so that what asks a cache is answered by what there is."""

    pytestmark = pytest.mark.django_db

    def test_classes(self):
        thing = make_type('thing', fields=[('title', 'text')])
        field = make_field(thing, 'sites', 'multiobject', target=Site)
        model = thing.get_model()
        assert thing.get_model_with_serializer() is CustomObjectType.get_cached_model(thing.pk) is model
        assert CustomObjectType.is_model_cached(thing.pk)
        assert not CustomObjectType.is_model_cached(thing.pk + 1)
        assert CustomObjectType.get_cached_model(thing.pk + 1) is None
        assert CustomObjectType.get_cached_timestamp(thing.pk) == CustomObjectType.objects.get().cache_timestamp
        assert CustomObjectType.get_cached_timestamp(thing.pk + 1) is None
        through = model.sites.through
        assert CustomObjectType.get_cached_through_models(thing.pk) == {field.through_model_name: through}
        for name in (field.through_model_name, f'Through_custom_objects_{thing.pk}_sites'):
            assert CustomObjectType.get_cached_through_model(thing.pk, name) is through
        assert CustomObjectType.get_cached_through_model(thing.pk, 'other') is None
        for call in (thing.create_model, CustomObjectType.clear_model_cache):
            assert call() is None
        assert CustomObjectType.unregister_model(model) is None
        assert thing.register_custom_object_search_index(model) is None
        assert thing.get_model() is model
        thing.delete()
        assert not CustomObjectType.is_model_cached(model._type_id)

    def test_fields_of_the_display_expression(self):
        thing = make_type('thing', fields=[('a', 'text'), ('b', 'text'), ('c', 'text')])
        assert thing.get_display_expression_fields() == []
        thing.display_expression = '{{ c }} ({{ a }})'
        assert [field.name for field in thing.get_display_expression_fields()] == ['a', 'c']

    def test_a_class_that_a_script_holds_goes_on_working(self):
        thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        held = thing.get_model()
        old = held.objects.create(title='old')
        make_field(thing, 'added', 'text', default='given')
        fresh = thing.get_model()
        fresh.objects.filter(pk=old.pk).update(added='kept')
        new = held.objects.create(title='new')
        old.title = 'changed'
        old.full_clean()
        old.save()
        assert held.objects.filter(title__in=('changed', 'new')).count() == 2
        assert held.objects.get(pk=old.pk) == fresh.objects.get(pk=old.pk)
        assert fresh.objects.get(pk=old.pk).added == 'kept'
        assert isinstance(new, fresh)
        new.delete()
        assert str(held.objects.get()) == 'changed'


def test_classes_of_a_branch(lab, branch):
    """What the methods with the names of caches answer about a branch, asked from main and from the branch."""
    with lab.request():
        cats = make_type('cat', fields=[('title', 'text')])
    with lab.request(branch):
        dogs = make_type('dog', fields=[('title', 'text')])
        field = make_field(dogs, 'sites', 'multiobject', target=Site)
        make_field(dogs, 'sound')
        of_branch = CustomObjectType.get_cached_model(dogs.pk)
        assert CustomObjectType.get_cached_model(dogs.pk, branch.pk) is of_branch
        assert not CustomObjectType.is_model_cached(cats.pk, branch.pk)
    with lab.request():
        assert CustomObjectType.get_cached_model(dogs.pk) is None
        found = CustomObjectType.get_cached_model(dogs.pk, branch.pk)
        assert {'title', 'sites', 'sound'} <= {field.name for field in found._meta.get_fields()}
        assert CustomObjectType.is_model_cached(dogs.pk, branch.pk)
        assert not CustomObjectType.is_model_cached(dogs.pk)
        assert CustomObjectType.get_cached_timestamp(dogs.pk, branch.pk)
        assert CustomObjectType.get_cached_timestamp(dogs.pk) is None
        through = CustomObjectType.get_cached_through_model(dogs.pk, field.through_model_name, branch.pk)
        assert CustomObjectType.get_cached_through_models(dogs.pk, branch.pk) == {field.through_model_name: through}
        assert CustomObjectType.get_cached_through_models(dogs.pk) == {}
    with pytest.raises(ObjectDoesNotExist):
        CustomObjectType.get_cached_model(cats.pk, branch.pk + 1)
    close(branch)


@pytest.mark.kept.with_args(Everything)
class TestFields:
    """Every field type answers a script that holds a row."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def fields(self, db):
        everything = KEEPER.value
        # Computed fields take no values; beside them there are those that they are calculated from.
        rows = everything.type.fields.filter(name__in=everything.cases).exclude(type='computed')
        return [(field, everything.cases[field.name]) for field in rows]

    def test_the_definition_of_a_computed_field_has_what_it_reads(self, db):
        computed = KEEPER.value.type.fields.get(type='computed')
        assert [read.name for read in computed.definition.reads] == [f'source_{computed.name}']
        assert FIELD_TYPE_CLASS['computed']().get_model_field(computed).generated

    def test_field_types_take_a_row_or_a_definition(self, fields):
        obj = KEEPER.value.write('a', 0)
        for row, _case in fields:
            field_type = FIELD_TYPE_CLASS[row.type]()
            for field in (row, row.definition):
                found = field_type.get_model_field(field)
                assert isinstance(found, models.Field) or found.is_relation, row.type
                assert isinstance(field_type.get_serializer_field(field, required=False), serializers.Field)
                assert isinstance(field_type.get_form_field(field, required=False), forms.Field)
                assert isinstance(field_type.get_filterform_field(field, label='x'), forms.Field)
                assert isinstance(field_type.get_table_column_field(field, verbose_name='x'), Column)
                assert not field_type.get_annotated_form_field(field).disabled
            row.ui_editable = 'no'
            assert field_type.get_annotated_form_field(row).disabled
            assert not field_type.get_annotated_form_field(row, enforce_visibility=False).disabled
            assert field_type.get_graphql_annotation() is not None
            assert field_type.get_display_value(obj, row.name) not in (None, '')
            assert field_type.after_model_generation(obj, type(obj), row.name) is None
            assert field_type.create_m2m_table(obj, type(obj), row.name) is None

    def test_values_go_to_json_and_back(self, fields):
        obj = KEEPER.value.write('a', 0)
        for row, case in fields:
            value = attribute_of(obj, row, case)
            stored = row.serialize(value)
            back = row.deserialize(stored)
            expected = list(value.all()) if row.many else value
            assert back == expected or row.serialize(back) == stored, (row.type, back, expected)
            assert row.serialize(None) is None
            assert row.deserialize(None) is None
            assert row.search_type is None or row.field_type.searchable

    def test_values_are_validated(self, fields):
        obj = KEEPER.value.write('a', 0)
        for row, case in fields:
            row.validate(attribute_of(obj, row, case))
            row.validate(None)
            row.required = True
            with pytest.raises(ValidationError):
                row.validate(None)
            for bad in case.bad_defaults if case.default else ():
                with pytest.raises(ValidationError):
                    row.validate(resolve(bad))

    def test_filters(self, fields):
        for row, _case in fields:
            assert isinstance(row.to_filter(), DjangoFilter)
            assert row.to_filter('isnull').lookup_expr == 'isnull'
            row.filter_logic = 'disabled'
            assert row.to_filter() is None

    def test_relations(self, fields):
        obj = KEEPER.value.write('a', 0)
        for row, _case in fields:
            assert len(row.get_child_relations(obj)) == (len(getattr(obj, row.name).all()) if row.many else 0)
            single = row.field_type.is_reference and not row.is_polymorphic
            assert (row.model_class is not None) == single, row.type
            assert row.original == row
            row.label = 'unsaved'
            assert row.original.label == ''


def attribute_of(obj, row, case):
    """Return the value of an object as scripts have it: attributes of two parts as a pair."""
    if isinstance(case.attribute, tuple) and row.type == 'coordinates':
        return [getattr(obj, name.replace('value', row.name)) for name in case.attribute]
    return getattr(obj, row.name)


@pytest.mark.django_db
def test_choices():
    row = make_field(make_type('thing'), 'color', 'select', choices=['red', 'green'])
    assert row.choices == [('red', 'Red'), ('green', 'Green')]
    assert (row.get_choice_label('red'), row.get_choice_label('gone')) == ('Red', 'gone')
    assert row.get_choice_color('red') is None
    assert make_field(row.custom_object_type, 'plain').choices == []
    assert not row.targets_custom_object_type
    assert make_field(
        row.custom_object_type, 'other', 'object', target=row.custom_object_type
    ).targets_custom_object_type


@pytest.mark.django_db
class TestUtilities:
    def test_views(self):
        model = make_type('thing').get_model()
        assert get_viewname(model) == 'plugins:netbox_custom_objects:customobject'
        assert get_viewname(model, 'list') == 'plugins:netbox_custom_objects:customobject_list'
        assert get_viewname(model, rest_api=True) == 'plugins-api:netbox_custom_objects-api:customobject-detail'
        assert get_viewname(Site, 'edit') == 'dcim:site_edit'
        assert AppsProxy().get_model('netbox_custom_objects', model._meta.model_name) is model

    def test_a_generated_model_is_not_registered(self):
        made = generate_model('Scratch', (models.Model,), {'name': models.CharField(max_length=5)})
        assert made(name='x').name == 'x'
        with pytest.raises(LookupError):
            AppsProxy().get_model('netbox_custom_objects', 'scratch')

    def test_viewable_objects(self):
        thing = make_type('thing', fields=[('title', 'text')])
        objects = [make_object(thing, title=title) for title in ('a', 'b')]
        site = Site.objects.create(name='S', slug='s')
        user = make_user('reader', (thing, ['view'], {'title': 'a'}))
        assert restrict_to_viewable(user, [*objects, site]) == objects[:1]
        assert list(restrict_to_viewable(user, thing.get_model().objects.all())) == objects[:1]


@pytest.mark.django_db
def test_template_tags():
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
    place = make_field(thing, 'place', 'coordinates')
    sites = make_field(thing, 'sites', 'multiobject', target=Site)
    hidden = make_field(thing, 'hidden', 'text', ui_visible='if-set')
    site = Site.objects.create(name='Berlin', slug='berlin')
    obj = make_object(thing, title='A', place_latitude=1, place_longitude=2, sites=[site])
    code = (
        '{% load custom_object_utils custom_object_buttons custom_object_tab_tags %}'
        '{{ obj|get_field_value:title }}|{% get_field_value obj title %}|{{ obj|get_coordinate_map_url:place }}|'
        '{% for site in obj|get_child_relations:sites %}{{ site }}{% endfor %}|'
        '{{ obj|get_field_is_ui_visible:hidden }}|'
        '{% custom_object_edit_button obj %}'
    )
    context = {'obj': obj, 'title': thing.fields.get(name='title'), 'place': place, 'sites': sites, 'hidden': hidden}
    shown = Template(code).render(Context(context)).split('|')
    assert shown[:2] == ['A', 'A']
    assert shown[2].endswith('1,2')
    assert shown[3:5] == ['Berlin', 'False']
    assert f'/plugins/custom-objects/thing/{obj.pk}/edit/' in shown[5]


def test_tabs_that_are_there_stay_as_they_are():
    before = tabs_of_sites()
    register_tabs()
    assert tabs_of_sites() == before
    assert make_co_combined_view('Mine', 5).tab.label == 'Mine'


def tabs_of_sites():
    return [entry['name'] for entry in registry['views']['dcim']['site']]
