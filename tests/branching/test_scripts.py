"""NetBox's custom scripts, run as its job runs them: in main and in a branch, as a dry run and for good."""

import pytest
from django.db import DEFAULT_DB_ALIAS

from core.models import Job
from extras.jobs import ScriptJob
from netbox_branching.utilities import activate_branch, deactivate_branch

from dev.paths import ROOT
from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.runtime.context import pinned
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_type


def script_of_the_documentation() -> type:
    """Return the class of the example: it makes the type `box` with an object, and adds a field to the type `cat`."""
    code = (ROOT / 'docs' / 'scripts.md').read_text().split('```python\n')[1].split('```')[0]
    names = {'__name__': 'scripts'}
    exec(compile(code, 'scripts.py', 'exec'), names)
    return names['MakeBoxes']


def run(lab, branch, commit):
    """Run the script as the job does, in main or in a branch; return what it answers."""
    script, job = script_of_the_documentation()(), ScriptJob(Job(name='Make boxes'))
    if commit:
        with lab.request(branch) as request:
            script.request = request
            job.run_script(script, request, {}, commit)
    else:
        # Without event tracking.
        with activate_branch(branch) if branch else deactivate_branch(), pinned():
            job.run_script(script, None, {}, commit)
    return script.output


def state(lab, branch):
    """Return the rows, tables and columns that there are."""
    target = Target.for_alias(branch.connection_name if branch else DEFAULT_DB_ALIAS)
    with lab.request(branch):
        names = sorted(CustomObjectType.objects.values_list('name', flat=True))
        cat = CustomObjectType.objects.get(name='cat')
        fields = sorted(cat.fields.values_list('name', flat=True))
        count = cat.get_model().objects.count()
    return names, fields, count, introspect_all(target)


@pytest.mark.parametrize('in_branch', [False, True], ids=['main', 'branch'])
def test_a_script(lab, in_branch):
    with lab.request():
        make_type('cat', fields=[{'name': 'name', 'primary': True}])
    branch = lab.branch() if in_branch else None
    before = state(lab, branch)
    assert run(lab, branch, commit=False) == 'first'
    assert state(lab, branch) == before
    assert run(lab, branch, commit=True) == 'first'
    names, fields, count, tables = state(lab, branch)
    assert (names, fields, count) == (['box', 'cat'], ['name', 'weight'], 1)
    assert len(tables) == len(before[3]) + 1
    assert_schema_is_clean(branch.connection_name if branch else DEFAULT_DB_ALIAS)
    if branch:
        assert CustomObjectType.objects.count() == 1
        lab.merge(branch)
        assert state(lab, None)[:3] == (['box', 'cat'], ['name', 'weight'], 1)
