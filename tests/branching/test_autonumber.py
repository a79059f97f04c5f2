"""Numbers that count up, in branches: none is drawn twice, regardless of what is merged first."""

from django.apps import apps

from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_object, make_type

TEMPLATES = {'plain': {}, 'yearly': {'number_template': '{year}-{number:03}', 'restart_yearly': True}}


def test_branches_never_draw_the_same(lab, strategies):
    """Objects of two branches and of main keep their numbers, through merges in both orders and reverts."""
    with lab.request():
        kinds = [
            make_type(name, fields=[{'name': 'value', 'type': 'autonumber', **template}])
            for name, template in TEMPLATES.items()
        ]
    branches = [lab.branch('one'), lab.branch('two')]
    for branch in (None, *branches, None, *branches):
        with lab.request(branch):
            for kind in kinds:
                make_object(kind)
                make_object(kind)

    def numbers(kind):
        model = apps.get_model('netbox_custom_objects', f'table{kind.pk}model')
        return sorted(int(obj.value.rpartition('-')[2]) for obj in model.objects.all())

    for strategy in strategies:
        for order in (branches, branches[::-1]):
            for branch in order:
                lab.merge(branch, strategy)
            with lab.request():
                assert [numbers(kind) for kind in kinds] == [[*range(1, 13)]] * 2, strategy
                assert_schema_is_clean()
            for branch in reversed(order):
                lab.revert(branch)
            with lab.request():
                assert [numbers(kind) for kind in kinds] == [[1, 2, 7, 8]] * 2, strategy
