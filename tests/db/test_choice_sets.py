"""Choice sets live in main only, and are part of the definitions of every schema."""

from django.apps import apps
from django.db import transaction

from extras.models import CustomFieldChoiceSet

from tests.support.factories import make_choice_set, make_field, make_type

if apps.is_installed('netbox_branching'):
    from tests.support.branches import Lab

    def test_a_script_in_a_branch_may_edit_choices_and_fields(fresh_database):
        """Scripts run in transactions on both connections, which must not wait for each other: nobody would notice."""
        lab = Lab()
        with lab.request():
            thing = make_type('thing', fields=[('title', 'text')])
            choice_set = make_choice_set('colors', ['red'])
        branch = lab.branch()
        with lab.request(branch), transaction.atomic(), transaction.atomic(using=branch.connection_name):
            make_field(thing, 'before')
            choice_set.extra_choices = [['blue', 'Blue']]
            choice_set.save()
            make_field(thing, 'color', 'select', choice_set=choice_set)
            choice_set.extra_choices = [['green', 'Green']]
            choice_set.save()
        with lab.request(branch):
            names = [field.name for field in thing.get_model()._definition.fields]
            assert names == ['before', 'color', 'title']
            thing.get_model()(color='green').full_clean()


def test_a_choice_set_that_is_rolled_back_changes_nothing(fresh_database):
    thing = make_type('thing', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
    model = thing.get_model()
    with transaction.atomic():
        choice_set = CustomFieldChoiceSet.objects.get()
        choice_set.extra_choices = [['blue', 'Blue']]
        choice_set.save()
        thing.get_model()(color='blue').full_clean()
        transaction.set_rollback(True)
    assert thing.get_model() is model
    thing.get_model()(color='red').full_clean()


if apps.is_installed('netbox_branching'):

    def test_a_branch_without_changes_of_its_own_sees_new_choices(fresh_database):
        """Nothing in the branch's schema has changed; what its classes were built from has."""
        lab = Lab()
        with lab.request():
            thing = make_type('thing', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
        branch = lab.branch()
        with lab.request(branch):
            thing.get_model()(color='red').full_clean()
        with lab.request():
            choice_set = CustomFieldChoiceSet.objects.get()
            choice_set.extra_choices = [['red', 'Red'], ['blue', 'Blue']]
            choice_set.save()
        with lab.request(branch):
            thing.get_model()(color='blue').full_clean()
