"""Fields with names that are reserved today: they work under another name, and are pointed out until renamed."""

import pytest

from dcim.models import Site
from users.models import Owner, User

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.commands import upgrade
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest
from tests.surfaces.ui import text_of

NAMES = ('owner', 'tagged_items', 'custom_fields', 'objects', 'display', 'save', 'pk')


@pytest.mark.parametrize('name', NAMES)
def test_it_is_called_by_its_column(browser, name):
    rest = Rest(User.objects.create_superuser('admin'))
    made = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    field = make_field(made, 'value', 'text', search_weight=500)
    row = make_object(made, title='One', value='before')
    CustomObjectTypeField.objects.filter(pk=field.pk).update(name=name)
    key = f'f_{field.pk}'

    assert rest.get(f'thing/{row.pk}/')[key] == 'before'
    body = rest.post('thing/', {'title': 'Two', key: 'made'})
    assert body[key] == 'made'
    rest.patch(f'thing/{row.pk}/', {key: 'after'})
    assert [found['id'] for found in rest.get('thing/', **{key: 'after'})['results']] == [row.pk]
    # NetBox's own attribute is none of the field's business.
    rest.post('thing/', {'title': 'Three', 'owner': None})
    page = text_of(browser.get(f'thing/{row.pk}/'))
    assert 'after' in page
    browser.post(f'thing/{row.pk}/edit/', title='One', **{key: 'edited'})
    assert rest.get(f'thing/{row.pk}/')[key] == 'edited'
    assert key in text_of(browser.get(f'custom-object-types/{made.pk}/'))
    status, said = upgrade('--dry-run')
    assert (status, f'"{name}"' in said, key in said) == (0, True, True)
    browser.get(f'custom-object-type-fields/{field.pk}/delete/')

    rest.patch(f'custom-object-type-fields/{field.pk}/', {'name': 'fine'})
    assert rest.get(f'thing/{row.pk}/')['fine'] == 'edited'
    assert key not in rest.get(f'thing/{row.pk}/')


def test_a_reference_called_owner_is_not_the_owner(browser):
    made = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    field = make_field(made, 'place', 'object', target=Site)
    site = Site.objects.create(name='Here', slug='here')
    row = make_object(made, title='One', place=site)
    CustomObjectTypeField.objects.filter(pk=field.pk).update(name='owner')
    model = made.get_model()
    assert getattr(model.objects.get(), f'f_{field.pk}') == site
    assert model.objects.get().owner is None
    owner = Owner.objects.create(name='Ann')
    model.objects.filter(pk=row.pk).update(owner=owner)
    site.delete()
    row = model.objects.get()
    assert (getattr(row, f'f_{field.pk}'), row.owner) == (None, owner)
