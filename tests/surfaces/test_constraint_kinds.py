"""
Every kind of constraint against every writer, with rules of real designs.

A session is unique for its device and remote address; an asset tag only while the asset has no owner; a contract ends
after its start; a service runs on a device or a virtual machine, and not on both.
"""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dcim.models import Region, Site

from ..support.factories import make_constraint, make_field, make_object, make_type
from .rest import Rest, superuser
from .ui import Browser


@pytest.fixture
def scene(db):
    class Scene:
        one, two = (Site.objects.create(name=name, slug=name) for name in ('one', 'two'))
        region = Region.objects.create(name='region', slug='region')
        design = make_type('design', fields=[
            ('title', 'text'), {'name': 'device', 'type': 'object', 'target': Site}, ('remote', 'text'),
            ('asset_tag', 'text'), ('owned_by', 'text'), ('code', 'text'), ('slot', 'integer'), ('start', 'date'),
            ('end', 'date'), ('rack', 'integer'), ('unit', 'integer'), ('note', 'text'),
            {'name': 'holder', 'type': 'object', 'targets': [Site, Region]},
            {'name': 'host', 'type': 'object', 'target': Site}, {'name': 'vm', 'type': 'object', 'target': Region},
        ])  # fmt: skip

    make_constraint(Scene.design, 'session', fields=['device', 'remote'])
    make_constraint(Scene.design, 'tag', fields=['asset_tag'], condition='owned_by == null', message='Tag is taken.')
    make_constraint(Scene.design, 'title', fields=['title'], case_insensitive=True)
    make_constraint(Scene.design, 'slot', fields=['code', 'slot'], nulls_distinct=False, condition='code != null')
    make_constraint(Scene.design, 'holder', fields=['holder'])
    make_constraint(Scene.design, 'period', expression='end > start', message='The end must be after the start.')
    make_constraint(Scene.design, 'either', expression='host == null || vm == null')
    for name, expression, kind in (
        ('position', 'rack * 100 + unit', 'integer'), ('caption', "rack > 0 ? note + '!' : null", 'text'),
    ):  # fmt: skip
        make_field(Scene.design, name, 'computed', expression=expression, result_type=kind)
    make_constraint(Scene.design, 'position', fields=['position'])
    make_constraint(Scene.design, 'caption', fields=['caption'], case_insensitive=True, condition='position != null')
    make_constraint(Scene.design, 'high', expression='position / 100 < 48', message='Too high.')
    return Scene


def kinds(scene):
    """Return (what an object has, what another cannot have beside it, what it can have, the keys of the error)."""
    one, two, region = scene.one, scene.two, scene.region
    taken = {'device': one, 'remote': '192.0.2.1'}
    return [
        (taken, taken, {'device': two, 'remote': '192.0.2.1'}, {'device', 'remote'}),
        ({'asset_tag': 'A1'}, {'asset_tag': 'A1'}, {'asset_tag': 'A1', 'owned_by': 'x'}, {'asset_tag'}),
        ({'title': 'Core'}, {'title': 'cORE'}, {'title': 'cORE 2'}, {'title'}),
        ({'code': 'c'}, {'code': 'c'}, {'code': 'c', 'slot': 5}, {'code', 'slot'}),
        ({'holder': one}, {'holder': one}, {'holder': region}, {'holder'}),
        ({}, {'start': '2026-02-01', 'end': '2026-01-01'}, {'start': '2026-02-01', 'end': '2026-03-01'},
         {'start', 'end'}),
        ({}, {'host': one, 'vm': region}, {'vm': region}, {'host', 'vm'}),
        ({'rack': 1, 'unit': 101}, {'rack': 2, 'unit': 1}, {'rack': 2, 'unit': 2}, {'rack', 'unit'}),
        ({'rack': 1, 'unit': 1, 'note': 'a'}, {'rack': 1, 'unit': 2, 'note': 'A'}, {'rack': 1, 'note': 'A'},
         {'rack', 'note'}),
        ({'rack': 5, 'unit': 5}, {'rack': 48, 'unit': 1}, {'rack': 47, 'unit': 1}, {'rack', 'unit'}),
    ]  # fmt: skip


def in_rest(values):
    def shown(name, value):
        if name == 'holder':
            return {'_content_type': f'dcim.{value._meta.model_name}', 'id': value.pk}
        return getattr(value, 'pk', value)

    return {name: shown(name, value) for name, value in values.items()}


def in_forms(values):
    found = {name: getattr(value, 'pk', value) for name, value in values.items() if name != 'holder'}
    if holder := values.get('holder'):
        found |= {'holder__ct': ContentType.objects.get_for_model(holder).pk, 'holder__obj': holder.pk}
    return found


def in_files(values):
    found = {name: getattr(value, 'name', value) for name, value in values.items() if name != 'holder'}
    if holder := values.get('holder'):
        found |= {'holder_content_type': f'dcim.{holder._meta.model_name}', 'holder_object_id': holder.pk}
    return f'{",".join(found)}\n{",".join(map(str, found.values()))}'


def test_every_writer(scene):
    rest, browser, model = Rest(superuser()), Browser(), scene.design.get_model()
    browser.client = rest.client

    def refuses(keys):
        return keys <= {name.split('_content_type')[0] for name in browser.errors}

    for stored, clash, fine, keys in kinds(scene):
        made, other = make_object(scene.design, **stored), make_object(scene.design)
        assert rest.post('design/', in_rest(clash), expect=400).keys() == keys
        assert rest.patch(f'design/{other.pk}/', in_rest(clash), expect=400).keys() == keys
        (error,) = rest.post('design/', [{}, in_rest(clash)], expect=400)['errors']
        assert (error['index'], error['errors'].keys()) == (1, keys)
        assert str(list(keys)[0]) in str(rest.patch('design/', [{'id': other.pk, **in_rest(clash)}], expect=400))
        browser.post('design/add/', 200, **in_forms(clash))
        assert refuses(keys), browser.errors
        browser.post('design/bulk-edit/', 200, pk=[other.pk], _apply='1', **in_forms(clash))
        browser.post('design/bulk-import/', 200, data=in_files(clash), format='csv', csv_delimiter=',')
        with pytest.raises(ValidationError) as caught:
            model(**clash).full_clean()
        assert caught.value.message_dict.keys() == keys
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**clash)
        assert set(model.objects.values_list('pk', flat=True)) == {made.pk, other.pk}
        rest.patch(f'design/{other.pk}/', in_rest(fine))
        rest.delete('design/', [{'id': made.pk}, {'id': other.pk}])
        browser.post('design/add/', **in_forms(fine))
        browser.post('design/bulk-import/', data=in_files(stored or fine), format='csv', csv_delimiter=',')
        assert model.objects.count() == 2
        model.objects.all().delete()


def test_days_of_a_warranty_that_are_left(scene):
    make_field(scene.design, 'days_left', 'computed', result_type='integer', expression='end - start')
    made = Rest(superuser()).post('design/', {'start': '2026-01-01', 'end': '2026-03-01'})
    assert made['days_left'] == 59
