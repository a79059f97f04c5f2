"""Values of email, color, mac_address and duration in branches: merged and reverted as they were written."""

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


class Thing:
    """A type with a field of one kind: what main and a branch make of its values."""

    def __init__(self, lab, type, default, old, new, written):
        self.lab, self.field_type, self.default, self.old, self.new, self.written = (
            lab,
            type,
            default,
            old,
            new,
            written,
        )
        with lab.request():
            self.type = make_type(f'thing_{type}', fields=[('title', 'text'), ('value', type)])
            for title in ('edited', 'cleared', 'deleted'):
                make_object(self.type, title=title, value=old)
            make_object(self.type, title='filled')
            # In the normal form, as the database gives it back.
            self.before = rows(self.model, 'title', 'value')

    @property
    def model(self):
        return apps.get_model('netbox_custom_objects', f'table{self.type.pk}model')

    def change(self, branch):
        with self.lab.request(branch):
            make_field(self.type, 'added', self.field_type, default=self.default)
        with self.lab.request(branch):
            for title, value in (('edited', self.new), ('cleared', None), ('filled', self.new)):
                edit(self.model.objects.get(title=title), value=value)
            delete(self.model.objects.get(title='deleted'))
            make_object(self.type, title='created', value=self.new, added=self.old)
            self.after = rows(self.model, 'title', 'value', 'added')

    def assert_diffs_are_as_written(self):
        key = self.type.fields.get(name='value').payload_key
        changed = ChangeDiff.objects.filter(object_type__model=f'table{self.type.pk}model', action='update')
        modified = [diff.modified[key] for diff in changed.order_by('object_id')]
        assert modified == [self.written, None, self.written], self.field_type
        assert not any(diff.conflicts for diff in changed), self.field_type


def test_values_arrive_and_go_again(lab, strategies):
    things = [Thing(lab, *values) for values in VALUES]
    branch = lab.branch()
    for thing in things:
        thing.change(branch)
        thing.assert_diffs_are_as_written()

    def assert_all(state, *fields):
        with lab.request():
            for thing in things:
                assert rows(thing.model, 'title', 'value', *fields) == getattr(thing, state), thing.field_type

    for strategy in strategies:
        lab.merge(branch, strategy)
        assert_all('after', 'added')
        assert_schema_is_clean()
        lab.revert(branch)
        assert_all('before')
        lab.merge(branch, strategy)
        assert_all('after', 'added')
