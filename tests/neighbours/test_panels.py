"""
Plugins that hang something on any object: what they hang on custom objects is shown there, as on NetBox's own objects.

Both support NetBox 4.7.
"""

import pytest

from tests.neighbours.installed import Neighbour
from tests.neighbours.scenario import TITLE
from tests.support.branches import Lab
from tests.support.factories import make_object, make_type
from tests.support.processes import Worker

COMMON = 'netbox_custom_objects.customobject'
ATTACHMENTS = Neighbour(
    'netbox-attachments', '12.0.0', {'scope_filter': ['netbox_custom_objects'], 'display_default': 'right_page'}
)
CONTRACT = Neighbour('netbox-contract', '2.5.0', {'supported_models': [COMMON]})
# How a record called "leaflet" is attached to an object, what its page shows, and the path of the tab, if there is one.
PANELS = {
    ATTACHMENTS: (
        """
        from netbox_attachments.models import NetBoxAttachment, NetBoxAttachmentAssignment as Record
        attachment = NetBoxAttachment.objects.create(name='leaflet', file='leaflet.txt')
        Record.objects.create(attachment=attachment, object_type=kind('cat').object_type, object_id=tom.pk)
        """,
        # What is attached comes by another request.
        'Attachment Assignments',
        '',
    ),
    CONTRACT: (
        """
        from netbox_contract.models import Contract, ContractAssignment as Record
        Record.objects.create(contract=Contract.objects.create(name='leaflet', internal_party='a'), content_object=tom)
        """,
        'leaflet',
        'contracts',
    ),
}
START = """
from django.core.management import call_command
from utilities.views import get_action_url
from tests.neighbours.scenario import kind
from tests.support.branches import Lab, delete
from tests.surfaces.ui import Browser, text_of
call_command('migrate', {module!r}, verbosity=0)
lab = Lab()
browser = Browser(lab.user)
"""
FIND = "tom = kind('cat').get_model().objects.get()"
BRANCH = 'result = lab.branch().schema_id'
LOOK = """
result = []
for query in {queries!r}:
    result.append({shown!r} in text_of(browser.get(f'cats/{{tom.pk}}/{{query}}')))
    for tab in filter(None, [{tab!r}]):
        result.append('leaflet' in text_of(browser.get(f'cats/{{tom.pk}}/{{tab}}/{{query}}')))
    browser.get(f'cats/{{query}}')
"""
END = """
with lab.request():
    delete(tom)
with lab.request():
    delete(kind('cat'))
for page in ('/core/changelog/?_branch=', 'custom-object-types/', get_action_url(Record, 'list')):
    browser.get(page)
result = Record.objects.count()
"""


@pytest.mark.slow
@pytest.mark.parametrize('neighbour', PANELS, ids=lambda neighbour: neighbour.module)
def test_panels_are_on_types_of_other_processes_and_in_branches(fresh_database, neighbour):
    neighbour.install()
    attach, shown, tab = PANELS[neighbour]
    with Worker(fresh_database.name, **neighbour.environment(first=True)) as worker:
        worker.run(START.format(module=neighbour.module))
        with Lab().request():
            make_object(make_type('cat', slug='cats', fields=TITLE), title='Tom')
        worker.run(FIND)
        worker.run(attach)
        queries = ['?_branch=', f'?_branch={worker.run(BRANCH)}']
        look = LOOK.format(queries=queries, shown=shown, tab=tab)
        assert set(worker.run(look)) == {True}
    with Worker(fresh_database.name, **neighbour.environment(first=False)) as worker:
        for code in (START.format(module=neighbour.module), FIND):
            worker.run(code)
        assert set(worker.run(look)) == {True}
        worker.run(attach.strip().splitlines()[0].strip())
        # netbox-attachments alone deletes what hangs on an object, of any model, when that is deleted.
        assert worker.run(END) == (0 if neighbour is ATTACHMENTS else 1)
