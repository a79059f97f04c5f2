"""Values of email, color, mac_address and duration in branches: merged and reverted as they were written."""

import pytest
from django.apps import apps

from netbox_branching.models import ChangeDiff

from tests.support.branches import assert_schema_is_clean, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type

# Type, default of the field that the branch adds, value in main, value in the branch, how REST would write the latter.
VALUES = (
    ('email', 'new@example.com', 'ada@example.com', 'Ada@example.org', 'Ada@example.org'),
    ('color', '#FFFFFF', 'aa1409', '#00FF7F', '00ff7f'),
    ('mac_address', 'ffffffffffff', '00:00:00:00:00:00', '001a.2b3c.4d5e', '00:1A:2B:3C:4D:5E'),
    ('duration', 'PT1H', 'P999999999D', '-0.000001', '-1 23:59:59.999999'),
)


@pytest.mark.parametrize(('type', 'default', 'old', 'new', 'written'), VALUES, ids=lambda value: value)
def test_values_arrive_and_go_again(lab, strategy, type, default, old, new, written):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text'), ('value', type)])
        for title in ('edited', 'cleared', 'deleted'):
            make_object(thing, title=title, value=old)
        make_object(thing, title='filled')
        # In the normal form, as the database gives it back.
        before = rows(model_of(thing), 'title', 'value')
    branch = lab.branch()
    with lab.request(branch):
        make_field(thing, 'added', type, default=default)
    with lab.request(branch):
        for title, value in (('edited', new), ('cleared', None), ('filled', new)):
            edit(model_of(thing).objects.get(title=title), value=value)
        delete(model_of(thing).objects.get(title='deleted'))
        make_object(thing, title='created', value=new, added=old)
        after = rows(model_of(thing), 'title', 'value', 'added')
    key = thing.fields.get(name='value').payload_key
    changed = ChangeDiff.objects.filter(object_type__model=f'table{thing.pk}model', action='update')
    assert [diff.modified[key] for diff in changed.order_by('object_id')] == [written, None, written]
    assert not any(diff.conflicts for diff in changed)
    lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(thing), 'title', 'value', 'added') == after
        assert_schema_is_clean()
    lab.revert(branch)
    with lab.request():
        assert rows(model_of(thing), 'title', 'value') == before
    lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(thing), 'title', 'value', 'added') == after


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')
