"""Specials of url: a title beside the address."""

import pytest

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, Filter, Keys, empty_lookup, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, HIGH, LISTS, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused_field
from tests.support.factories import make_field, make_type

pytestmark = pytest.mark.django_db

ADDRESS = 'https://example.com/'


def test_the_title_is_a_value_of_its_own():
    model = one_field('url').get_model()
    obj = model.objects.create(value=ADDRESS, value_title='Example')
    assert model.objects.get(pk=obj.pk).value_title == 'Example'
    assert model().value_title == ''


def test_the_title_travels_in_change_data_and_follows_a_rename():
    thing = one_field('url')
    field = thing.fields.get()
    obj = thing.get_model().objects.create(value=ADDRESS, value_title='Example')
    data = obj.serialize_object()
    assert (data[field.payload_key], data[f'{field.payload_key}_title']) == (ADDRESS, 'Example')
    field = CustomObjectTypeField.objects.get(pk=field.pk)
    field.name = 'web'
    field.full_clean()
    field.save()
    assert thing.get_model().objects.get(pk=obj.pk).web_title == 'Example'
    restored = thing.get_model().deserialize_object(data, pk=obj.pk).object
    assert (restored.web, restored.web_title) == (ADDRESS, 'Example')


def test_the_name_of_the_title_is_taken():
    thing = one_field('url')
    assert 'value_title' in refused_field('name', thing, 'value_title', type='text')
    other = make_type('other', fields=[('web_title', 'text')])
    assert 'web_title' in refused_field('name', other, 'web', type='url')


def test_the_title_goes_and_comes_with_its_field():
    thing = one_field('url')
    obj = thing.get_model().objects.create(value=ADDRESS, value_title='Example')
    field = thing.fields.get()
    pk = field.pk
    field.delete()
    assert not hasattr(thing.get_model(), 'value_title')
    make_field(thing, 'value_title', 'text')
    thing.fields.get().delete()
    field.pk, field._state.adding = pk, True
    field.save()
    assert thing.get_model().objects.get(pk=obj.pk).value_title == 'Example'


def test_a_regular_expression_limits_addresses():
    thing = one_field('url', validation_regex=r'^https://')
    thing.get_model()(value=ADDRESS).full_clean()
    assert refused_field(
        'default', make_type('other'), type='url', validation_regex='^https', default='ftp://a.example/'
    )


# What the contract of all types runs, and what REST refuses, see case.py.
ADDRESSES = ('https://alpha.example/a?b=c', 'ftp://beta.example/', 'https://münchen.example/')

CASES = (
    Case(
        'url',
        ('character varying(200)', 'character varying(200)'),
        values=('https://example.com/', 'ftp://example.com/a?b=c&d=%20#e', 'https://münchen.example/' + 'x' * 150),
        default=('https://example.com/', 'https://example.com/'),
        bad_values=('no address', 'https://example.com/' + 'x' * 200, 'javascript:alert(1)'),
        bad_defaults=('no address', ['https://example.com/']),
        blank=('',),
        keys=('value', 'value_title'),
        samples=tuple(
            sample(address, Keys(value=address, value_title=title), cell=title or address, extra={'value_title': title})
            for address, title in zip(ADDRESSES, ('Alpha, the "first"', '', 'München'))
        ),
        filters=(
            Filter('value', 'ALPHA', (0,)),
            *text_lookups(*ADDRESSES, empty=False),
            *empty_lookup(3),
        ),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'no address'},
        bad_text={'value': 'no address'},
        bad_rest='no address',
        word='alpha',
        quick='ALPHA.ex',
        regex='^https://alpha',
        graphql=Keys(value=str | None, value_title=str | None),
    ),
)

ADDRESSES = (
    'example.com', 'www.example.com', '//example.com', '/path', 'http', 'http:', 'http:/', 'http://', 'https://',
    'http:example.com', 'http:///path', 'http://?q', 'http://#f', 'javascript:alert(1)', 'JAVASCRIPT:alert(1)',
    'data:text/html,x', 'vbscript:x', 'mailto:a@example.com', 'file:///etc/passwd', 'http://exa mple.com/',
    'http://example.com/a b', 'http://example..com/', 'http://.example.com/', 'http://-example.com/',
    'http://example-.com/',
    'http://[::1', 'http://[::g]/', 'http://256.256.256.256/', 'http://example.com:port/', 'http://example.com:999999/',
    'http://a@b@c/', f'https://example.com/{"x" * 200}', f'https://{"x" * 250}.com/', f'https://example.com/{NUL}',
    f'https://example.com/{HIGH}', 'ht tp://example.com/', '1http://example.com/', 5, 1.5,
    10**30,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *ADDRESSES)
