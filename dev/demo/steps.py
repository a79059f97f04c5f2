"""The story of the demo, one method a step. Everything goes through REST, as an automation client would do it."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import batched

from dev.demo import checks
from dev.demo.client import BRANCHES, JOBS, Client, Failure, merge_by_form, newest_job, wait_for_job
from dev.demo.model import (
    ALLOCATION_TYPE,
    ALLOCATIONS,
    API,
    BLOCK_SIZE_FIELD,
    CHOICE_SETS,
    CHOICES,
    FIELDS,
    NEW_NAME,
    OLD_NAME,
    TYPES,
    VENDOR_TYPE,
    VENDORS,
    allocation_fields,
    allocation_row,
    vendor_fields,
    vendor_row,
    written,
)
from dev.demo.report import Progress, Report
from dev.demo.source import RIRS, Vendor, read_allocations, read_vendors, vendors_of

BATCH = 250
# Clients that load objects at the same time, one for each process of the web server.
LOADERS = 2
# How many objects that are older than a field get a value in it.
OLDER_ROWS = 100
CHANGES = 'plugins/branching/changes/'

# Provisioning, merging and reverting: a basis, and what each row may add on a slow machine. No job of
# netbox-branching may run for more than an hour (its setting job_timeout).
SECONDS_FOR_A_JOB = 120
SECONDS_PER_ROW = 0.2
SECONDS_AT_MOST = 3660


class Demo:
    """State of one run: clients for main and for the branch, the source, and what was made of it."""

    def __init__(self, netbox, report: Report, limit: int | None):
        self.netbox = netbox
        self.report = report
        self.main = Client(netbox)
        allocations = read_allocations()
        self.allocations = allocations if limit is None else allocations[: limit // 2]
        self.vendors, self.repeated = read_vendors(limit and limit - len(self.allocations))
        # What should be found in the end, kept up to date by each step that writes.
        self.vendor_rows: list[dict] = []
        self.allocation_rows: list[dict] = []
        self.vendor_ids: dict[str, int] = {}

    @property
    def rows(self) -> int:
        return len(self.vendor_rows) + len(self.allocation_rows)

    def run(self) -> None:
        half = len(self.vendors) // 2
        self.create_branch()
        self.create_types()
        self.load_vendors('Load the first half of the vendors', self.vendors[:half], renamed=False)
        self.change_type()
        self.load_vendors('Load the second half with the new names', self.vendors[half:], renamed=True)
        self.fill_new_field(self.vendors[: min(half, OLDER_ROWS)])
        self.load_allocations()
        self.check_branch()
        self.count_changes()
        self.refuse_bad_rows()
        self.merge_squashed()
        self.check_main('Compare main with the source')
        self.revert()
        self.merge_again()
        self.check_main('Compare main with the source again')

    def create_branch(self) -> None:
        with self.report.step('Create a branch'):
            branch = self.main.post(BRANCHES, {'name': 'registries', 'description': 'Public registries'})
            self.branch_id = branch['id']
            self.wait(newest_job(self.main, self.branch_id), 'ready')
            self.branch = Client(self.netbox, branch['schema_id'])
            self.report.say(f'X-NetBox-Branch: {branch["schema_id"]} is sent with each request from now on.')

    def create_types(self) -> None:
        with self.report.step('Create RIRs, choice sets, and two types with fields') as step:
            self.branch.post('ipam/rirs/', [{'name': name, 'slug': _slug(name)} for name in sorted(RIRS.values())])
            choice_sets = {
                name: self.branch.post(CHOICE_SETS, {'name': name, 'extra_choices': choices})['id']
                for name, choices in CHOICES.items()
            }
            self.models, self.fields = {}, {}
            for slug, definition, fields in (
                (VENDORS, VENDOR_TYPE, vendor_fields(choice_sets)),
                (ALLOCATIONS, ALLOCATION_TYPE, allocation_fields(choice_sets)),
            ):
                made = self.branch.post(TYPES, definition)
                self.models[slug] = made['object_type_name']
                for weight, field in enumerate(fields, start=1):
                    body = {**field, 'custom_object_type': made['id'], 'weight': 10 * weight}
                    self.fields[slug, field['name']] = self.branch.post(FIELDS, body)
            step.rows = len(RIRS) + len(CHOICES) + 2 + len(self.fields)

    def load_vendors(self, title: str, vendors: list[Vendor], renamed: bool) -> None:
        with self.report.step(title, len(vendors)):
            if renamed and self.repeated:
                self.report.say(f'{self.repeated} blocks have a second owner in the registry, which is left out.')
            rows = [vendor_row(vendor, renamed) for vendor in vendors]
            self.vendor_ids |= self.load(VENDORS, rows)
            if not renamed:
                # The field is about to be renamed, and the new one will be empty in these rows.
                rows = [{**vendor_row(vendor, renamed=True), 'block_size': None} for vendor in vendors]
            self.vendor_rows += rows

    def load(self, slug: str, rows: list[dict]) -> dict[str, int]:
        """Create objects, some hundred at a time, and return their ids by prefix."""
        ids = {}
        with Progress(len(rows)) as progress, ThreadPoolExecutor(LOADERS) as loaders:
            for made in loaders.map(partial(self.load_batch, slug), batched(rows, BATCH)):
                ids |= {item['prefix']: item['id'] for item in made}
                progress.advance(len(made))
        return ids

    def load_batch(self, slug: str, rows: tuple[dict, ...]) -> list[dict]:
        """Create objects over a connection of their own, and return NetBox's answer."""
        return Client(self.netbox, self.branch.schema_id).post(f'{API}{slug}/', rows)

    def change_type(self) -> None:
        with self.report.step(f'Rename field "{OLD_NAME}" to "{NEW_NAME}", and add "{BLOCK_SIZE_FIELD["name"]}"'):
            field = self.fields[VENDORS, OLD_NAME]
            self.branch.patch(f'{FIELDS}{field["id"]}/', {'name': NEW_NAME})
            body = {**BLOCK_SIZE_FIELD, 'custom_object_type': field['custom_object_type'], 'weight': 100}
            self.fields[VENDORS, BLOCK_SIZE_FIELD['name']] = self.branch.post(FIELDS, body)

    def fill_new_field(self, vendors: list[Vendor]) -> None:
        with self.report.step('Fill the new field of objects that are older than it', len(vendors)):
            rows = {row['prefix']: row for row in self.vendor_rows}
            body = []
            for vendor in vendors:
                rows[vendor.prefix]['block_size'] = vendor.block_size
                body.append({'id': self.vendor_ids[vendor.prefix], 'block_size': vendor.block_size})
            if body:
                self.branch.patch(f'{API}{VENDORS}/', body)

    def load_allocations(self) -> None:
        with self.report.step('Load IP allocations, with references to RIRs and vendors', len(self.allocations)):
            bodies = []
            for allocation in self.allocations:
                prefixes = [vendor.prefix for vendor in vendors_of(allocation, self.vendors)]
                self.allocation_rows.append(allocation_row(allocation, sorted(prefixes)))
                ids = [self.vendor_ids[prefix] for prefix in prefixes]
                bodies.append(written(allocation_row(allocation, ids)))
            self.load(ALLOCATIONS, bodies)

    def check_branch(self) -> None:
        with self.report.step('Compare the branch with the source; main has none of it') as step:
            step.rows = checks.check_everything(self.branch, self.vendor_rows, self.allocation_rows)
            checks.check_absent(self.main)

    def count_changes(self) -> None:
        with self.report.step('Count the changes in the branch') as step:
            expected = {
                'ipam.rir': len(RIRS),
                'netbox_custom_objects.customobjecttype': 2,
                'netbox_custom_objects.customobjecttypefield': len(self.fields),
                self.models[VENDORS]: len(self.vendor_rows),
                self.models[ALLOCATIONS]: len(self.allocation_rows),
            }
            for model, wanted in expected.items():
                found = self.main.count(CHANGES, branch_id=self.branch_id, object_type=model, action='create')
                self.report.say(f'{model:<44} {found:>6,} created')
                if found != wanted:
                    raise Failure(f'The branch has {found:,} new objects of {model}, but should have {wanted:,}.')
            step.rows = sum(expected.values())
            if (total := self.main.count(CHANGES, branch_id=self.branch_id)) != step.rows:
                raise Failure(f'The branch has {total:,} changed objects, but should have {step.rows:,}.')

    def refuse_bad_rows(self) -> None:
        with self.report.step('Try to load a block twice, and a country that is none'):
            good = {**self.vendor_rows[0], 'prefix': '00-00-00-000'}
            bad_country = {**good, 'prefix': '00-00-00-001', 'country': 'Atlantis'}
            for key, row in (('prefix', self.vendor_rows[0]), ('country', bad_country)):
                response = self.branch.send('POST', f'{API}{VENDORS}/', json=[good, row])
                errors = response.json().get('errors', [{}]) if response.status_code == 400 else [{}]
                if list(errors[0].get('errors', {})) != [key]:
                    raise Failure(f'A wrong {key} was answered with {response.status_code}: {response.text[:200]}')
                self.report.say(f'Refused: {key}: {errors[0]["errors"][key][0]}')
            if self.branch.count(f'{API}{VENDORS}/', prefix=good['prefix']):
                raise Failure('A list with one wrong row left its good row behind.')

    def merge_squashed(self) -> None:
        with self.report.step('Merge the branch, squashed', self.rows):
            self.report.say("REST cannot choose the strategy of a merge, so this one is asked for by NetBox's form.")
            earlier = newest_job(self.main, self.branch_id)
            merge_by_form(self.netbox, self.branch_id, 'squash')
            job = newest_job(self.main, self.branch_id)
            if job['id'] == earlier['id']:
                raise Failure('The merge form was accepted, but started no job.')
            self.wait(job, 'merged')

    def check_main(self, title: str) -> None:
        with self.report.step(title) as step:
            step.rows = checks.check_everything(self.main, self.vendor_rows, self.allocation_rows)
            checks.check_filters(self.main, self.vendor_rows)
            spots = checks.spot_rows(self.vendor_rows)
            checks.check_spot_rows(self.main, spots)
            self.report.say(f'All values are equal. {len(spots)} rows were also looked up one by one, such as:')
            for row in spots[2:5]:
                self.report.say(f'{row["prefix"]}  {row["holder"][:80]}')

    def revert(self) -> None:
        with self.report.step('Revert the merge', self.rows):
            self.wait(self.main.post(f'{BRANCHES}{self.branch_id}/revert/', {'commit': True}), 'ready')
        with self.report.step('Make sure that main has none of it, and the branch all') as step:
            checks.check_absent(self.main)
            step.rows = checks.check_everything(self.branch, self.vendor_rows, self.allocation_rows)

    def merge_again(self) -> None:
        with self.report.step('Merge the branch again, change by change (REST)', self.rows):
            self.wait(self.main.post(f'{BRANCHES}{self.branch_id}/merge/', {'commit': True}), 'merged')

    def wait(self, job: dict | None, wanted: str) -> None:
        """Wait for a job of the branch; `wanted` is the branch's status afterwards."""
        if job is None:
            raise Failure(f'NetBox started no job for the branch (nothing is listed at {JOBS}).')
        seconds = min(SECONDS_FOR_A_JOB + SECONDS_PER_ROW * self.rows, SECONDS_AT_MOST)
        with Progress() as progress:
            wait_for_job(self.main, self.branch_id, job['id'], wanted, seconds, progress.advance)


def _slug(name: str) -> str:
    return name.lower().replace(' ', '-')
