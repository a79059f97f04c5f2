"""
Plugins of the tests' own, which register things early and late, through the life of types.

They are the examples of docs/other-plugins.md, and one that walks the models while it starts.
"""

import pytest

from tests.neighbours.scenario import TITLE
from tests.neighbours.sources import environment, examples, write_plugins
from tests.support.branches import Lab
from tests.support.factories import make_object, make_type
from tests.support.processes import Worker

OURS = 'netbox_custom_objects'
PHASE = """
from tests.neighbours import scenario
result = scenario.{}()
"""


@pytest.mark.slow
def test_the_life_of_types_with_plugins_that_register_early_and_late(fresh_database, tmp_path):
    assert len(examples()) >= 6
    write_plugins(tmp_path)
    cats = make_type('cat', slug='cats', fields=TITLE)
    known = {'EAGER_TYPE': str(cats.pk)}
    plugins = environment(tmp_path, 'eager', 'paperwork', OURS, 'latecomer', 'netbox_branching', **known)
    with Worker(fresh_database.name, **plugins) as worker:
        worker.run(PHASE.format('start'))
        with Lab().request():
            make_object(make_type('dog', slug='dogs', fields=TITLE), title='Rex')
        for phase in ('another_process', 'branches', 'end'):
            worker.run(PHASE.format(phase))
    others = environment(tmp_path, OURS, 'eager', 'netbox_branching', **known)
    with Worker(fresh_database.name, **others) as worker:
        assert worker.run(PHASE.format('without_two')) == ['eager']
