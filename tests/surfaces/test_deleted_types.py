"""What NetBox shows of a deleted type: its last name, marked as deleted."""

from core.models import ObjectChange, ObjectType
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import edit
from tests.support.factories import make_object, make_type
from tests.surfaces.ui import text_of


def test_its_last_name(browser):
    kind = make_type('thing', fields=[('title', 'text')])
    browser.post('thing/add/', title='a')
    browser.post(f'custom-object-types/{kind.pk}/edit/', name='thing', slug='thing', verbose_name='Gadget')
    browser.post(f'custom-object-types/{kind.pk}/delete/', confirm='true', _confirm='1')
    assert not CustomObjectType.objects.exists()
    assert str(ObjectType.objects.get(pk=kind.object_type_id).model_verbose_name) == 'Gadget (deleted)'
    page = text_of(browser.get('/core/changelog/'))
    assert 'Gadget (deleted)' in page
    assert f'Table{kind.pk}model' not in page
    change = ObjectChange.objects.filter(changed_object_type=kind.object_type_id).first()
    assert 'Gadget (deleted)' in text_of(browser.get(f'/core/changelog/{change.pk}/'))


def test_of_which_no_record_tells(browser):
    kind = make_type('thing')
    make_object(kind)
    pk = kind.object_type_id
    type_id = kind.pk
    kind.delete()
    ObjectChange.objects.all().delete()
    assert str(ObjectType.objects.get(pk=pk).model_verbose_name) == f'Table{type_id}model'


def test_a_name_that_lives_is_not_marked(browser):
    kind = make_type('thing', fields=[{'name': 'place', 'type': 'object', 'target': Site}])
    edit(kind, verbose_name='Gadget')
    assert str(ObjectType.objects.get(pk=kind.object_type_id).model_verbose_name) == 'Gadget'
