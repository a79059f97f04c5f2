"""
Plugins from PyPI beside ours, all in one NetBox: what they hang on custom objects, and what they say of branches.

All of them support NetBox 4.7. netbox-topology-views shows devices only: it must leave custom objects alone.
"""

import pytest

from tests.neighbours.installed import Neighbour, environment
from tests.neighbours.scenario import TITLE
from tests.neighbours.sources import examples
from tests.support.branches import Lab
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Worker

NEIGHBOURS = (
    Neighbour(
        'netbox-attachments', '12.0.0', {'scope_filter': ['netbox_custom_objects'], 'display_default': 'right_page'}
    ),
    Neighbour(
        'netbox-documents',
        '0.8.5',
        {'allowed_doc_types': {'__all__': ['other']}},
        extra=('drf-extra-fields==3.7.0', 'filetype==1.2.0'),
    ),
    Neighbour('netbox-contract', '2.5.0', {'supported_models': ['netbox_custom_objects.customobject']}),
    # Its settings are those of the example on the page about other plugins.
    Neighbour('netbox-custom-objects-tab', '3.0.0'),
    Neighbour('netbox-topology-views', '5.0.0'),
    Neighbour('netbox-change-control', '0.6.0'),
    Neighbour('netbox-branch-review', '0.2.0'),
)
CALL = """
from tests.neighbours import pypi
result = pypi.{}()
"""


@pytest.mark.slow
def test_plugins_from_pypi_in_either_order(fresh_database, tmp_path):
    for neighbour in NEIGHBOURS:
        neighbour.install()
    configuration = tmp_path / 'more.py'
    configuration.write_text(dict(examples())['configuration.py'])
    cats, dogs = (make_type(name, slug=f'{name}s', fields=TITLE) for name in ('cat', 'dog'))
    make_field(dogs, 'chases', type='object', target=cats)
    make_field(dogs, 'friends', type='multiobject', targets=[cats, dogs])
    make_field(dogs, 'owner_of', type='object', targets=[cats, dogs])
    tom = make_object(cats, title='Tom')
    make_object(dogs, title='Rex', chases=tom)
    make_object(dogs, title='Bello', friends=[tom])
    make_object(dogs, title='Fido', owner_of=tom)
    for first, phases in (
        (True, ('start', 'attach', 'panels', 'tabs', 'reviews')),
        (False, ('panels', 'tabs', 'deletion')),
    ):
        plugins = {**environment(*NEIGHBOURS, first=first), 'NCO_CONFIGURATION': str(configuration)}
        with Worker(fresh_database.name, **plugins) as worker:
            worker.run(CALL.format(phases[0]))
            if first:
                # A type that the process with the plugins has not seen yet.
                with Lab().request():
                    make_object(make_type('ant', slug='ants', fields=TITLE), title='Ada')
            for phase in phases[1:]:
                worker.run(CALL.format(phase))
