"""What a run of migrations would do, and whether it could be undone: without a database."""

from django.db import migrations, models
from django.db.migrations import Migration

from netbox_custom_objects.evolution.operations import RetireFieldColumn, RetireModelTable
from netbox_custom_objects.evolution.safe_migrate.plan import Step, step_of


def made_of(*operations, **attributes):
    step = type('Made', (Migration,), {'operations': list(operations), **attributes})('0001_made', 'books')
    return step_of(step)


def test_what_can_be_undone():
    step = made_of(
        migrations.AddField('book', 'pages', models.IntegerField(default=1)),
        migrations.RunPython(print, migrations.RunPython.noop),
        migrations.RunSQL('SELECT 1', 'SELECT 2'),
        RetireFieldColumn('book', 'title'),
        RetireModelTable('shelf'),
    )
    assert step == Step(('books', '0001_made'))
    assert step.can_be_undone
    assert step.describe() == 'can be undone'
    assert step.name == 'books.0001_made'


def test_what_cannot_be_undone():
    inside = migrations.SeparateDatabaseAndState([migrations.RunSQL('SELECT 1')], [migrations.DeleteModel('Book')])
    step = made_of(inside, migrations.RunPython(print), migrations.DeleteModel('Shelf'), atomic=False)
    assert step.irreversible == ('Raw SQL operation', 'Raw Python operation')
    # Inside, only the state forgets the model.
    assert step.lossy == ('Delete model Shelf',)
    assert not step.can_be_undone
    assert step.describe() == (
        'cannot be undone (Raw SQL operation; Raw Python operation), loses values (Delete model Shelf), not atomic'
    )
