"""What a process of NetBox with the tests' own plugins goes through; imported by that process."""

from django.core.management import call_command
from django.db import connection

from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.tables import get_table_class
from tests.support.branches import Lab, delete, edit
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import Browser

TITLE = [{'name': 'title', 'primary': True}]


def kind(name):
    return CustomObjectType.objects.get(name=name)


class Visit:
    """Looks at pages as one user, in main or in a branch."""

    def __init__(self, lab, branch=None):
        self.browser = Browser(lab.user)
        self.query = f'?_branch={branch.schema_id if branch else ""}'

    def page(self, obj, path=''):
        return self.browser.get(f'{obj.custom_object_type.slug}/{obj.pk}/{path}{self.query}')

    def shown(self, obj):
        """Return which of the plugins' things the page of an object has."""
        page, base = self.page(obj), f'/{obj.custom_object_type.slug}/{obj.pk}/'
        tabs = {name for name in ('papers', 'eager', 'eager_one', 'late') if f'{base}{name}/"' in page}
        panels = {
            name
            for name, text in (
                ('paper', 'Papers of '), ('eager', 'eager panel of'), ('eager_one', 'eager_one panel of'),
                ('late', 'Late for'),
            )
            if text in page
        }  # fmt: skip
        for name in tabs:
            self.page(obj, f'{name}/')
        return tabs, panels


ALL = {'papers', 'eager'}, {'paper', 'eager'}
FIRST = ALL[0] | {'eager_one'}, ALL[1] | {'eager_one'}


def start():
    """What a plugin has seen while it started is there, on the type that it knew of and on one that is made now."""
    from eager import SEEN

    assert SEEN == ['netbox_custom_objects.customobject'], SEEN
    for label in ('paperwork', 'latecomer'):
        call_command('migrate', label, verbosity=0)
    lab = Lab()
    with lab.request():
        make_object(kind('cat'), title='Tom')
    assert Visit(lab).shown(kind('cat').get_model().objects.get()) == FIRST


def another_process():
    """A type of another process has what is registered for all; what is registered late is there at once."""
    lab = Lab()
    rex, tom = (kind(name).get_model().objects.get() for name in ('dog', 'cat'))
    assert Visit(lab).shown(rex) == ALL
    from latecomer.register import register_for

    register_for('dog')
    assert Visit(lab).shown(rex) == (ALL[0] | {'late'}, ALL[1] | {'late'})
    assert Visit(lab).shown(tom) == FIRST
    names = {name: set(get_table_class(kind(name).get_model())([]).columns.names()) for name in ('cat', 'dog')}
    assert {'papers', 'eager_one'} <= names['cat'], names
    assert {'papers', 'late'} <= names['dog'], names
    assert not {'late'} & names['cat'] | {'eager_one'} & names['dog'], names
    Visit(lab).browser.get('dogs/')


def _records():
    from latecomer.models import Rule
    from paperwork.models import Paper

    return Paper, Rule


def branches():
    """Rename, merge, revert, and delete: records of the plugins go along."""
    paper, rule = _records()
    lab = Lab()
    tom = kind('cat').get_model().objects.get()
    with lab.request():
        paper.objects.create(title='of Tom', object=tom)
        rule.objects.create(title='of cats', type=kind('cat'))
        edit(kind('cat'), name='tiger', slug='tigers')
    assert 'Paper of Tom' in Visit(lab).page(tom)
    for strategy in ('iterative', 'squash'):
        branch = lab.branch(strategy)
        with lab.request(branch):
            edit(kind('tiger'), name=f'tiger_{strategy}')
            lynx = make_type(f'lynx_{strategy}', fields=TITLE)
            make_field(lynx, 'sound')
            lin = make_object(lynx, title='Lin')
            paper.objects.create(title='of Lin', object=lin)
            rule.objects.create(title='of lynxes', type=lynx)
        inside = Visit(lab, branch)
        with activate_branch(branch):
            assert inside.shown(lin) == ALL, inside.shown(lin)
            assert 'Paper of Lin' in inside.page(lin)
            assert '1 on the tab' in inside.page(lin, 'papers/')
        lab.merge(branch, strategy)
        lynx = kind(f'lynx_{strategy}')
        lin = lynx.get_model().objects.get()
        assert Visit(lab).shown(lin) == ALL
        assert 'Paper of Lin' in Visit(lab).page(lin)
        assert [found.title for found in lynx.late_rules.all()] == ['of lynxes']
        assert Visit(lab).shown(tom) == FIRST
        lab.revert(branch)
        assert not CustomObjectType.objects.filter(name=f'lynx_{strategy}').exists()
        assert [found.title for found in paper.objects.all()] == ['of Tom']
        assert [found.title for found in rule.objects.all()] == ['of cats']
        assert Visit(lab).shown(tom) == FIRST
        Branch.objects.get(pk=branch.pk).delete()


def end():
    """What is deleted takes along what refers to it. A rule stays, for the type of dogs."""
    paper, rule = _records()
    lab = Lab()
    tom = kind('tiger').get_model().objects.get()
    with lab.request():
        delete(tom)
    assert not paper.objects.exists()
    with lab.request():
        paper.objects.create(title='again', object=make_object(kind('tiger'), title='Tim'))
    with lab.request():
        delete(kind('tiger'))
    assert not paper.objects.exists()
    assert not rule.objects.exists()
    rule.objects.create(title='of dogs', type=kind('dog'))
    Visit(lab).browser.get('/core/changelog/')


def without_two():
    """Two plugins are gone, their tables are not: only a type that their rows refer to cannot be deleted."""
    lab = Lab()
    # Before anything else: a plugin has had Django list the models while it started, without the types.
    assert 'Rex' in Visit(lab).browser.get('/core/changelog/?per_page=100')
    rex = kind('dog').get_model().objects.get()
    with lab.request():
        edit(kind('dog'), verbose_name='Hound')
        make_field(kind('dog'), 'sound')
    for path in ('dogs/', '/core/changelog/', 'custom-object-types/'):
        Visit(lab).browser.get(path)
    tabs, panels = Visit(lab).shown(rex)
    for visit in (Visit(lab), Visit(lab, lab.branch('without'))):
        page = f'custom-object-types/{kind("dog").pk}/'
        visit.browser.post(f'{page}delete/{visit.query}', confirm='true')
        assert 'latecomer_rule' in visit.browser.get(page + visit.query)
    with connection.cursor() as cursor:
        cursor.execute('DROP TABLE latecomer_rule')
    with lab.request():
        delete(rex)
        delete(kind('dog'))
    return sorted(tabs | panels)
