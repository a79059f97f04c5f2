"""Field type coordinates: two numbers that come and go together."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, Keys, ordered_lookups, sample
from tests.field_types.refusals import one_field, refused, refused_field
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.django_db

HERE = {'value_latitude': Decimal('47.376900'), 'value_longitude': Decimal('8.541700')}
SHOWN = '47.376900, 8.541700'


def test_one_without_the_other_is_refused():
    thing = one_field('coordinates')
    model = thing.get_model()
    for half in ({'value_latitude': 1}, {'value_longitude': 0}):
        assert 'both latitude and longitude' in refused(model(**half).full_clean, 'value_latitude')
    rest = Rest(superuser())
    for half in ({'value_latitude': 1}, {'value_longitude': 0}, {'value_latitude': None, 'value_longitude': 5}):
        assert list(rest.post('thing/', half, expect=400)) == ['value_latitude']
    made = rest.post('thing/', {'value_latitude': 0, 'value_longitude': 0})
    assert (made['value_latitude'], made['value_longitude']) == (0, 0)
    path = f'thing/{made["id"]}/'
    assert list(rest.patch(path, {'value_longitude': None}, expect=400)) == ['value_latitude']
    assert rest.patch(path, {'value_longitude': 8.5})['value_latitude'] == 0
    assert rest.patch(path, {'value_latitude': None, 'value_longitude': None})['value_longitude'] is None
    assert list(rest.patch(path, {'value_longitude': 1}, expect=400)) == ['value_latitude']
    assert model.objects.count() == 1


def test_forms_and_files_refuse_one_without_the_other():
    thing = one_field('coordinates')
    browser = Browser(superuser())
    browser.post('thing/add/', expect=200, value_latitude='1')
    assert list(browser.errors) == ['value_latitude']
    sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    browser.post('thing/bulk-import/', expect=200, data='value_latitude,value_longitude\n,5', **sent)
    assert 'value_latitude' in str(browser.errors)
    obj = make_object(thing, **HERE)
    browser.post('thing/bulk-edit/', expect=200, pk=[obj.pk], _apply='1', _nullify=['value_longitude'])
    stored = thing.get_model().objects.get()
    assert (stored.value_latitude, stored.value_longitude) == tuple(HERE.values())


def test_required_means_both():
    thing = one_field('coordinates')
    make_object(thing)
    field = CustomObjectTypeField.objects.get()
    field.required = True
    assert 'in 1 object.' in refused(field.full_clean, 'required')
    thing.get_model().objects.all().delete()
    field.full_clean()
    field.save()
    rest = Rest(superuser())
    assert set(rest.post('thing/', {}, expect=400)) == set(HERE)
    assert list(rest.post('thing/', {'value_latitude': 1}, expect=400)) == ['value_longitude']
    with pytest.raises(ValidationError) as caught:
        thing.get_model()().full_clean()
    assert set(caught.value.message_dict) == set(HERE)


def test_what_the_type_cannot_be():
    assert refused_field('unique', make_type('a'), type='coordinates', unique=True)
    assert refused_field('default', make_type('b'), type='coordinates', default=[1, 2])
    field = one_field('coordinates').fields.get()
    field.type = 'text'
    assert 'cannot be converted' in refused(field.full_clean, 'type')


def test_names_of_the_parts_are_taken():
    thing = one_field('coordinates')
    for name in HERE:
        assert name in refused_field('name', thing, name, type='text')
    other = make_type('other', fields=[('place_longitude', 'integer')])
    assert 'place_longitude' in refused_field('name', other, 'place', type='coordinates')
    field = thing.fields.get()
    make_field(thing, 'town_latitude', 'text')
    field.name = 'town'
    assert 'town_latitude' in refused(field.full_clean, 'name')


def test_both_as_one_value():
    thing = make_type('thing', display_expression='at {{ value }} ({{ value.latitude }})')
    make_field(thing, 'value', 'coordinates')
    obj = make_object(thing, **HERE)
    assert str(thing.get_model().objects.get().value) == SHOWN
    assert str(obj) == f'at {SHOWN} (47.376900)'
    assert make_object(thing).value is None


def test_the_primary_field_names_its_object():
    thing = one_field('coordinates', primary=True)
    obj = make_object(thing, **HERE)
    assert str(obj) == SHOWN
    assert f'<a href="{obj.get_absolute_url()}">{SHOWN}</a>' in Browser(superuser()).get('thing/')
    assert str(make_object(thing)).startswith('Thing')


@pytest.mark.parametrize(
    ('maps_url', 'address'),
    [
        ('https://maps.example/?q=', 'https://maps.example/?q=47.376900,8.541700'),
        ('https://maps.example/{lat}/{lon}', 'https://maps.example/47.376900/8.541700'),
        ('', None),
    ],
)
def test_the_page_of_an_object_opens_a_map(settings, maps_url, address):
    settings.MAPS_URL = maps_url
    thing = one_field('coordinates')
    obj = make_object(thing, **HERE)
    page = Browser(superuser()).get(f'thing/{obj.pk}/')
    assert SHOWN in text_of(page)
    assert (f'href="{address}"' in page) == (address is not None)
    assert ('mdi-map-marker"></i> Map' in page) == (address is not None)


def test_if_set_hides_an_empty_row():
    thing = one_field('coordinates', label='Position', ui_visible='if-set')
    browser = Browser(superuser())
    assert 'Position' not in text_of(browser.get(f'thing/{make_object(thing).pk}/'))
    assert 'Position' in text_of(browser.get(f'thing/{make_object(thing, **HERE).pk}/'))


def test_filters_combine_to_an_area():
    thing = one_field('coordinates')
    inside = make_object(thing, **HERE)
    make_object(thing, value_latitude=48, value_longitude=2)
    make_object(thing)
    area = {'value_latitude__gte': 47, 'value_latitude__lt': 49, 'value_longitude__gt': 5, 'value_longitude__lte': 10}
    rest = Rest(superuser())
    assert [obj['id'] for obj in rest.get('thing/', **area)['results']] == [inside.pk]
    assert set(rest.get('thing/', expect=400, value=1)) == {'value'}


def test_change_data_and_clones_hold_both():
    thing = one_field('coordinates', is_cloneable=True)
    obj = make_object(thing, value_latitude=1.5, value_longitude='2')
    key = CustomObjectTypeField.objects.get().payload_key
    data = obj.serialize_object()
    assert (data[f'{key}_latitude'], data[f'{key}_longitude']) == ('1.500000', '2.000000')
    assert obj.clone() == {'value_latitude': Decimal('1.5'), 'value_longitude': Decimal('2')} | {'tags': []}
    field = CustomObjectTypeField.objects.get()
    field.name = 'place'
    field.full_clean()
    field.save()
    restored = thing.get_model().deserialize_object(data, pk=obj.pk).object
    assert (restored.place_latitude, restored.place_longitude) == (Decimal('1.5'), Decimal('2'))


def test_both_columns_go_and_come_with_their_field():
    thing = one_field('coordinates')
    obj = make_object(thing, **HERE)
    field = thing.fields.get()
    pk = field.pk
    field.delete()
    model = thing.get_model()
    assert not any(hasattr(model, name) for name in ('value', *HERE))
    field.pk, field._state.adding = pk, True
    field.save()
    assert str(thing.get_model().objects.get(pk=obj.pk).value) == SHOWN


# What the contract of all types runs, and what REST refuses, see case.py.
PLACES = (('47.376900', '8.541700'), ('-33.868800', '151.209300'), ('64.146600', '-21.942600'))


def point(latitude: str, longitude: str, convert=str) -> Keys:
    return Keys(value_latitude=convert(latitude), value_longitude=convert(longitude))


CASES = (
    Case(
        'coordinates',
        ('numeric(8,6)', 'numeric(9,6)'),
        values=tuple(
            tuple(map(Decimal, pair))
            for pair in (*PLACES, ('0.000000', '0.000000'), ('90.000000', '180.000000'), ('-90.000000', '-180.000000'))
        ),
        default=None,
        bad_values=(
            (Decimal('90.000001'), Decimal(0)), (Decimal(0), Decimal('-180.000001')),
            (Decimal('0.1234567'), Decimal(0)),
            (Decimal(1), None), (None, Decimal(1)), ('x', Decimal(1)), (Decimal('NaN'), Decimal(1)),
        ),
        bad_defaults=([1, 2], '1, 2', {'latitude': 1, 'longitude': 2}),
        unique=False,
        attribute=('value_latitude', 'value_longitude'),
        keys=('value_latitude', 'value_longitude'),
        samples=tuple(
            sample(
                tuple(map(Decimal, pair)),
                point(*pair, float),
                form=point(*pair),
                cell=', '.join(pair),
                payload=point(*pair),
            )
            for pair in PLACES
        ),
        filters=(
            *ordered_lookups(*(latitude for latitude, _ in PLACES), order=(1, 0, 2), name='value_latitude'),
            *ordered_lookups(*(longitude for _, longitude in PLACES), order=(2, 0, 1), name='value_longitude'),
        ),
        bad_filters=(
            ('value_latitude', 'x'), ('value_longitude', 'NaN'), ('value_latitude__gt', 'x'),
            ('value_longitude__empty', 'maybe'),
        ),
        order=(1, 0, 2),
        bad_form=point('91', '0'),
        bad_text=point('91', '0'),
        bad_rest=point('91', '0'),
        word='47.3769',
        quick='47.376',
        nothing=Keys(value_latitude=None, value_longitude=None),
        graphql=Keys(value_latitude=Decimal | None, value_longitude=Decimal | None),
    ),
)  # fmt: skip


def latitude(value) -> Keys:
    return Keys(value_latitude=value, value_longitude=8.5)


def longitude(value) -> Keys:
    return Keys(value_latitude=47.4, value_longitude=value)


NO_NUMBERS = (
    True, False, [], [1], [47.4, 8.5], {}, {'a': 1}, {'latitude': 47.4}, '', ' ', 'x', '-', '+', '.', ',',
    '47,4', '47.4.1',
    '--1', '+-1', '1-', '1 1', '0x10', '1/2', '47.4N', '47°', '47° 24′', "47°24'36\"", 'N 47', '47.4, 8.5', 'null',
    'true', 'NaN', 'nan', 'Infinity', '-Infinity', 'inf', 'sNaN', '[]', '{}', '\x00', '4\x007', '\ud800', '½', '二',
    '1' * 2000, 'x' * 100_000,
)  # fmt: skip
TOO_FINE_OR_FAR = (
    181, -181, 1000, 2**63, -(10**30), 1e300, -1e300, '1e3', '180.000001', '-180.000001', 0.1234567, '0.1234567',
    '0.0000001', '1.0000000', '-0.0000001', '1e-7',
)  # fmt: skip
BAD_INPUTS = (
    *map(latitude, (*NO_NUMBERS, *TOO_FINE_OR_FAR, 90.000001, -90.000001, '90.000001', 91, 180, -91, '1e2', 123.456)),
    *map(longitude, (*NO_NUMBERS, *TOO_FINE_OR_FAR, 360, '1e200', 180.5)),
    # One without the other; both wrong.
    latitude(None),
    longitude(None),
    *(
        Keys(value_latitude=first, value_longitude=second)
        for first, second in ((0, None), (None, 0), (91, 181), ('x', 'y'), (8.5, [8.5]), (151.2, -33.8), ([], {}))
    ),
)
