"""One of everything that pages of ours show: what the test that visits all of them looks at."""

import time

import requests

from tests.browser.pages import SECONDS_FOR_A_JOB

ROOT = '/plugins/custom-objects/'
TYPES, FIELDS = 'plugins/custom-objects/custom-object-types/', 'plugins/custom-objects/custom-object-type-fields/'
CONSTRAINTS = 'plugins/custom-objects/custom-object-type-constraints/'
CONTRACTS = 'plugins/custom-objects/contracts/'
BRANCHES = 'plugins/branching/branches/'
ROWS = 'Switch;Site;Price\nsw-1;DM-Akron;12,50\nsw-2;Nowhere;13,50\nsw-3;DM-Akron;much\n'


class Scene:
    """
    The contracts of the gallery with a constraint, deleted things, a conversion that is blocked, a sheet, a branch.

    `values` are those of the parts of addresses, as tests/fuzz/targets.py takes them.
    """

    def __init__(self, netbox, pages):
        self.netbox, self.pages = netbox, pages
        self.values = {'field_name': ['covers'], 'target': ['dcim.site'], 'name': ['dns'], 'position': [0]}
        self.make_contracts()
        self.make_branch()
        self.make_meters()
        self.delete()
        self.upload()
        self.edit_in_the_branch()

    def rest(self, method, path, branch=None, **data):
        """Return what a request of the administrator is answered with, which must be a success."""
        headers = {**self.netbox.headers, **({'X-NetBox-Branch': branch} if branch else {})}
        answer = requests.request(method, f'{self.netbox.url}/api/{path}', json=data, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def send(self, path, **data):
        """Send a form as the browser does."""
        context = self.pages.page.context
        token = next(cookie['value'] for cookie in context.cookies() if cookie['name'] == 'csrftoken')
        headers = {'X-CSRFToken': token, 'Referer': self.netbox.url}
        answer = context.request.post(path, multipart=data, headers=headers)
        assert answer.ok, answer.text()
        return answer

    def wait(self, path, is_done):
        """Return what an endpoint answers once a job is done."""
        deadline = time.monotonic() + SECONDS_FOR_A_JOB
        while not is_done(found := self.rest('get', path)):
            assert time.monotonic() < deadline, found
            time.sleep(0.3)
        return found

    def make_contracts(self):
        for name in ('DM-Akron', 'DM-Albany'):
            self.site = self.rest('post', 'dcim/sites/', name=name, slug=name.lower())
        self.rest('post', 'dcim/regions/', name='Ohio', slug='ohio')
        self.rest('post', 'circuits/providers/', name='Level 3', slug='level-3')
        tag = self.rest('post', 'extras/tags/', name='Reviewed', slug='reviewed', color='4caf50')
        self.send(f'{ROOT}custom-object-types/gallery/contracts/', _apply='', with_rows='true')
        kind = self.rest('get', f'{TYPES}?slug=contracts')['results'][0]
        rule = self.rest(
            'post', CONSTRAINTS, custom_object_type=kind['id'], name='ends after it begins', type='check',
            expression='last_day == null || last_day >= first_day', message='The last day is before the first.',
        )  # fmt: skip
        self.rest(
            'patch', f'{FIELDS}{self.field(kind, "last_day")["id"]}/', required_if="kind == 'license'",
            comments='Licenses always end.',
        )  # fmt: skip
        self.rest('patch', f'{TYPES}{kind["id"]}/', config_context_enabled=True)
        found = self.rest('get', f'{CONTRACTS}?title=Internet access Akron')['results'][0]
        self.contract = self.rest(
            'patch', f'{CONTRACTS}{found["id"]}/', tags=[{'id': tag['id']}], amount=912.5, comments='*Reviewed* in May.'
        )
        self.rest(
            'post', 'extras/journal-entries/', assigned_object_id=found['id'], comments='Called them.',
            assigned_object_type=kind['object_type_name'],
        )  # fmt: skip
        self.kind = kind
        self.values |= {
            'custom_object_type': ['contracts'],
            'pk': [found['id']],
            'custom-object-types/pk': [kind['id']],
            'custom-object-type-fields/pk': [self.field(kind, 'covers')['id']],
            'custom-object-type-constraints/pk': [rule['id']],
        }

    def make_branch(self):
        made = self.rest('post', BRANCHES, name='New terms')
        # Definitions of main stay as they are meanwhile.
        self.branch = self.wait(f'{BRANCHES}{made["id"]}/', lambda found: found['status']['value'] == 'ready')

    def field(self, kind, name):
        return self.rest('get', f'{FIELDS}?custom_object_type_id={kind["id"]}&name={name}')['results'][0]

    def make_meters(self):
        """A conversion of their readings is blocked; the type and a field are deprecated."""
        self.meter = self.rest('post', TYPES, name='meter', slug='meters', group_name='Energy')
        for name, kind in (('name', 'text'), ('reading', 'text'), ('old', 'text')):
            made = self.rest('post', FIELDS, custom_object_type=self.meter['id'], name=name, type=kind)
            self.meter[name] = made['id']
        for number, reading in enumerate(('17', 'many')):
            self.rest('post', 'plugins/custom-objects/meters/', name=f'M{number}', reading=reading)
        self.rest('post', f'{FIELDS}{self.meter["reading"]}/staged-changes/', type='integer')
        self.rest(
            'patch', f'{FIELDS}{self.meter["old"]}/', deprecated=True, deprecated_since='1.0', scheduled_removal='2.0'
        )

    def delete(self):
        spare = self.rest('post', TYPES, name='spare', slug='spares')
        self.rest('delete', f'{TYPES}{spare["id"]}/')
        gone = self.rest('post', FIELDS, custom_object_type=self.kind['id'], name='remarks', type='text')
        self.rest('delete', f'{FIELDS}{gone["id"]}/')
        draft = self.rest('get', f'{CONTRACTS}?status=draft')['results'][0]
        self.rest('delete', f'{CONTRACTS}{draft["id"]}/')
        self.values['record'] = [self.rest('get', 'plugins/custom-objects/deleted/')['results'][0]['id']]

    def upload(self):
        file = {'name': 'Switches.csv', 'mimeType': 'text/csv', 'buffer': ROWS.encode()}
        answer = self.send(f'{ROOT}custom-object-types/from-spreadsheet/', file=file)
        self.values['spreadsheet'] = [answer.url.rstrip('/').rpartition('/')[2]]

    def edit_in_the_branch(self):
        schema = self.branch['schema_id']
        title = f'{FIELDS}{self.field(self.kind, "title")["id"]}/'
        self.rest('patch', title, branch=schema, label='Heading')
        self.rest('post', FIELDS, branch=schema, custom_object_type=self.kind['id'], name='cancelled_on', type='date')
        self.rest('patch', f'{CONTRACTS}{self.contract["id"]}/', branch=schema, amount=900, tags=[])
        self.rest('patch', title, label='Caption')
        check = f'plugins/custom-objects/branches/{self.branch["id"]}/merge-check/'
        self.rest('post', check, strategy='iterative')
        self.wait(check, lambda found: (found['dry_run'] or {}).get('status') == 'completed')

    @property
    def selections(self) -> dict[str, list[int]]:
        """What is selected in the lists of types, fields and contracts, by the first part of their addresses."""
        return {
            'custom-object-types': self.values['custom-object-types/pk'],
            'custom-object-type-fields': self.values['custom-object-type-fields/pk'],
            '<str:custom_object_type>': self.values['pk'],
        }

    @property
    def other_pages(self) -> list[str]:
        """Pages of ours at addresses of others, and types in other states."""
        branch = f'/plugins/branching/branches/{self.branch["id"]}'
        return [
            f'/dcim/sites/{self.site["id"]}/custom-objects/', f'{branch}/schema-changes/', f'{branch}/merge-check/',
            f'{ROOT}custom-object-types/{self.meter["id"]}/', f'{ROOT}meters/',
        ]  # fmt: skip
