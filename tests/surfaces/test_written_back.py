"""What is read can be written back as it is, and changes nothing."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import ObjectChange
from extras.models import Tag
from users.models import Owner

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import resolve
from tests.field_types.everything import Everything
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import KEEPER

TIMES = ('created', 'last_updated')
# Examples share a transaction: each writes the object anew.
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def kept(body):
    return {key: value for key, value in body.items() if key not in TIMES}


def test_objects_with_fields_of_every_kind(rest, every_kind, values):
    made = make_object(every_kind, **values)
    empty = make_object(every_kind, title='empty')
    for pk in (made.pk, empty.pk):
        path = f'every-kind/{pk}/'
        read = rest.get(path)
        assert kept(rest.patch(path, read)) == kept(read)
        assert kept(rest.put(path, read)) == kept(read)
    copy = rest.post('every-kind/', rest.get(f'every-kind/{made.pk}/'))
    assert copy['color'] == {'value': 'red', 'label': 'Red'}
    assert [found['value'] for found in copy['colors']] == ['red', 'blue']


@pytest.mark.kept.with_args(Everything)
class TestEveryFieldType:
    """Whatever values the fields have, in any combination; with an owner, tags and data for a config context."""

    @pytest.fixture
    def everything(self, db):
        return KEEPER.value

    @FEW
    @given(data=st.data())
    def test_objects(self, rest, everything, data):
        samples = {
            name: data.draw(st.sampled_from([None, *range(len(case.samples))]), label=name)
            for name, case in everything.cases.items()
        }
        obj = everything.write('a', samples)
        owner, _made = Owner.objects.get_or_create(name='Ann')
        tag, _made = Tag.objects.get_or_create(name='t', slug='t')
        obj.owner = data.draw(st.sampled_from([None, owner]))
        obj.save()
        obj.tags.set(data.draw(st.sampled_from([[], [tag]])))
        stored, path = everything.read('a'), f'everything/{obj.pk}/'
        read = rest.get(path)
        for write in (rest.patch, rest.put):
            assert kept(write(path, read)) == kept(read)
            assert everything.read('a') == stored
        assert [kept(found) for found in rest.patch('everything/', [read])] == [kept(read)]
        assert everything.read('a') == stored

    def test_objects_of_which_nothing_is_set(self, rest, everything):
        path = f'everything/{everything.model.objects.create(title="bare").pk}/'
        read = rest.get(path)
        for write in (rest.patch, rest.put):
            assert kept(write(path, read)) == kept(read)

    def test_definitions(self, rest, everything):
        for field in everything.type.fields.exclude(name='title'):
            case = everything.cases.get(field.name)
            if case is not None and case.default is not None:
                field.default = resolve(case.default[0])
            field.description, field.group_name, field.deprecated_since = 'x', 'group', '1.0'
            field.save()
        thing = everything.type
        rest.patch(f'custom-object-types/{thing.pk}/', {'version': '1.0', 'group_name': 'g', 'comments': 'c'})
        path = f'custom-object-types/{thing.pk}/'
        read = rest.get(path)
        for write in (rest.patch, rest.put):
            assert kept(write(path, read)) == kept(read)
        rows = rest.get('custom-object-type-fields/', custom_object_type_id=thing.pk, limit=100)['results']
        assert len(rows) == thing.fields.count() > len(everything.cases)
        for row in rows:
            for write in (rest.patch, rest.put):
                assert kept(write(f'custom-object-type-fields/{row["id"]}/', row)) == kept(row)


def test_config_contexts(rest):
    make_type('thing', fields=[{'name': 'title', 'primary': True}], config_context_enabled=True)
    for data in (None, {'a': [1]}):
        made = rest.post('thing/', {'title': 'a', 'local_context_data': data})
        path = f'thing/{made["id"]}/'
        for write in (rest.patch, rest.put):
            assert kept(write(path, rest.get(path))) == kept(made)


class TestTitlesOfAddresses:
    """A title that is not there is empty, however it came about."""

    def test_set_null_in_bulk(self, rest, browser, every_kind):
        made = make_object(every_kind, title='a', web='https://a.org/', web_title='A')
        sent = {'pk': [made.pk], '_nullify': ['web_title'], '_apply': '1'}
        browser.post('every-kind/bulk-edit/', **sent)
        read = rest.get(f'every-kind/{made.pk}/')
        assert read['web_title'] == ''
        rest.patch(f'every-kind/{made.pk}/', {'web_title': read['web_title']})
        record = ObjectChange.objects.filter(changed_object_id=made.pk).latest('time')
        assert '' in record.postchange_data.values()

    def test_of_objects_that_were_there_before_the_field(self, rest, every_kind):
        made = make_object(every_kind, title='a')
        make_field(every_kind, 'later', 'url')
        read = rest.get(f'every-kind/{made.pk}/')
        assert read['later_title'] == ''
        assert kept(rest.put(f'every-kind/{made.pk}/', read)) == kept(read)

    def test_that_were_stored_as_null(self, every_kind):
        made = make_object(every_kind, title='a', web='https://a.org/', web_title='A')
        column = made._meta.get_field('web_title').column
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE {made._meta.db_table} SET {column} = NULL')
        found = every_kind.get_model().objects.get()
        assert found.web_title == ''
        found.web_title = None
        found.save()
        assert every_kind.get_model().objects.filter(web_title='').exists()


def test_an_adopted_polymorphic_field_with_a_related_name_can_be_edited(rest, every_kind, sites):
    field = make_field(every_kind, 'mixed', 'object', targets=[type(sites[0])])
    CustomObjectTypeField.objects.filter(pk=field.pk).update(related_name='parts')
    path = f'custom-object-type-fields/{field.pk}/'
    assert rest.patch(path, {'description': 'edited'})['description'] == 'edited'
    read = rest.get(path)
    assert read['related_name'] == 'parts'
    assert rest.put(path, {**read, 'label': 'Mixed'})['label'] == 'Mixed'
    assert list(rest.patch(path, {'related_name': 'others'}, expect=400)) == ['related_name']
    assert rest.patch(path, {'related_name': ''})['related_name'] == ''
    assert list(rest.patch(path, {'related_name': 'parts'}, expect=400)) == ['related_name']
