"""Values that are longer than PostgreSQL can index: an error of the value, or of what is to have the index."""

import random
import string

import pytest

from tests.support.factories import make_constraint, make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

# It cannot be compressed.
LONG = ''.join(random.Random(1).choices(string.ascii_letters + string.digits, k=5000))
SAID = 'The value is too long for an index of the field.'


@pytest.mark.parametrize('is_constraint', [False, True])
def test_every_writer(db, is_constraint):
    thing = make_type(
        'thing', fields=[('title', 'text'), {'name': 'note', 'type': 'longtext', 'unique': not is_constraint}]
    )
    if is_constraint:
        make_constraint(thing, 'note', fields=['note'], case_insensitive=True)
    user = superuser()
    rest, browser = Rest(user), Browser(user)
    stored = make_object(thing)
    assert rest.post('thing/', {'note': LONG}, expect=400) == {'note': [SAID]}
    assert rest.patch(f'thing/{stored.pk}/', {'note': LONG}, expect=400) == {'note': [SAID]}
    # Of even longer ones, PostgreSQL does not tell which value it is.
    assert rest.post('thing/', {'note': LONG * 2}, expect=400) == {'__all__': [SAID]}
    assert SAID in str(rest.post('thing/', [{'note': 'a'}, {'note': LONG}, {'note': 'b'}], expect=400))
    assert SAID in str(rest.patch('thing/', [{'id': stored.pk, 'note': LONG}], expect=400))
    for path, data in (
        ('add/', {'note': LONG}), (f'{stored.pk}/edit/', {'note': LONG}),
        ('bulk-edit/', {'pk': [stored.pk], '_apply': '1', 'note': LONG}),
        ('bulk-import/', {'data': f'note\n{LONG}\n', 'format': 'csv', 'csv_delimiter': ','}),
    ):  # fmt: skip
        assert SAID in browser.post(f'thing/{path}', 200, **data), path
    assert list(thing.get_model().objects.values_list('note', flat=True)) == [None]


def test_what_is_stored(db):
    """The field does not become unique, and the constraint is refused."""
    thing = make_type('thing', fields=[('title', 'text'), ('note', 'longtext')])
    make_object(thing, note=LONG)
    field = thing.fields.get(name='note')
    rest = Rest(superuser())
    body = {'custom_object_type': thing.pk, 'name': 'note', 'type': 'unique', 'fields': ['note']}
    for said in (
        rest.patch(f'custom-object-type-fields/{field.pk}/', {'unique': True}, expect=400),
        rest.post('custom-object-type-constraints/', body, expect=400),
    ):
        assert 'too long to be indexed' in str(said)
