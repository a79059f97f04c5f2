"""Lists that are written together in a branch leave the same as one by one, and are merged and reverted."""

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Tag
from netbox_branching.models import ChangeDiff

from netbox_custom_objects.api.views import objects
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest

TIMES = ('created', 'last_updated')


def without_times(data):
    return data and {key: value for key, value in data.items() if key not in TIMES}


def left_by(branch, letter):
    """Return what is recorded of the objects of a letter, without it."""
    diffs = ChangeDiff.objects.filter(branch=branch, object_repr__startswith=letter).order_by('object_repr')
    changes = ObjectChange.objects.using(branch.connection_name).filter(object_repr__startswith=letter).order_by('pk')
    found = [(diff.action, diff.object_repr, diff.original, diff.modified, diff.current) for diff in diffs]
    found += [
        (change.action, change.object_repr, without_times(change.prechange_data), without_times(change.postchange_data))
        for change in changes
    ]
    return repr(found).replace(f"'{letter} ", "'")


def write(rest, main, letter, sites):
    """Create three objects, change two of them and one of main's, and delete one of the branch and one of main."""
    values = {'place': sites[0], 'places': sites, 'tags': [{'name': 'red'}]}
    made = rest.post('thing/', [{'title': f'{letter} {n}', **values} for n in (1, 2, 3)])
    rest.patch('thing/', [{'id': obj['id'], 'size': 5} for obj in (*made[:2], {'id': main[0].pk})])
    rest.delete('thing/', [{'id': pk} for pk in (made[1]['id'], main[1].pk)])


def test_in_a_branch(spare, lab, monkeypatch):
    Tag.objects.create(name='red', slug='red')
    sites = [Site.objects.create(name=name, slug=name).pk for name in ('here', 'there')]
    thing = make_type('thing', fields=[
        {'name': 'title', 'primary': True, 'unique': True}, {'name': 'size', 'type': 'integer'},
        {'name': 'place', 'type': 'object', 'target': Site}, {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip
    main = {letter: [make_object(thing, title=f'{letter} main {n}') for n in (1, 2, 3)] for letter in 'ab'}
    branch = lab.branch()
    rest = Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    in_main = Rest(lab.user)
    for letter in 'ab':
        monkeypatch.setattr(objects, 'TOGETHER_FROM', 2 if letter == 'a' else 100)
        write(rest, main[letter], letter, sites)
        # The branch has changed the first of these.
        in_main.patch('thing/', [{'id': main[letter][n].pk, 'place': sites[0]} for n in (0, 2)])
    assert ChangeDiff.objects.filter(branch=branch, object_repr='a main 1').get().current['place__3'] == sites[0]
    assert left_by(branch, 'a') == left_by(branch, 'b')
    model = thing.get_model()
    before = set(model.objects.values_list('title', 'size'))
    assert len(before) == 6
    lab.merge(branch)
    after = {
        (f'{letter} {n}', size)
        for letter in 'ab'
        for n, size in (('1', 5), ('3', None), ('main 1', 5), ('main 3', None))
    }
    assert set(model.objects.values_list('title', 'size')) == after
    assert [site.pk for site in model.objects.get(title='a 3').places.all()] == sites
    lab.revert(branch)
    assert set(model.objects.values_list('title', 'size')) == before
