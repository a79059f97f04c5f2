"""
NetBox's own view test cases for what they do not expect: addresses with a slug, and values of every field type.

Queries are counted here against NetBox's own pages, and not against a file of numbers inside the package.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet
from tenancy.models import Tenant
from users.models import ObjectPermission

from netbox_custom_objects.models import CustomObjectType
from tests.field_types.case import resolve
from tests.field_types.cases import SAMPLED
from tests.support.factories import make_field, make_type

# More than any page may cost beyond those of NetBox: one query for each of them would show.
OBJECTS = 12


def queries_of(client, page):
    """Return the number of queries of a page, opened for the second time: what a process caches does not count."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page)
        assert response.status_code == 200, page
    return len(queries)


class QueryBaseline:
    """Takes the place of NetBox's case of the list with a permission: it compares with a file of numbers."""

    # Queries more than NetBox's list of tenants may take.
    more_queries = 3

    def test_list_objects_with_permission(self):
        self.allow('view', self.model, Tenant)
        Tenant.objects.bulk_create(Tenant(name=f'{number}', slug=f'{number}') for number in range(OBJECTS))
        self.make_many(OBJECTS)
        native = queries_of(self.client, reverse('tenancy:tenant_list'))
        ours = queries_of(self.client, self._get_url('list'))
        print(f'{self.model.__name__}: {ours} queries, tenants: {native}')
        self.assertLessEqual(ours, native + self.more_queries)

    def allow(self, action, *models):
        permission = ObjectPermission.objects.create(name='Test permission', actions=[action])
        permission.users.add(self.user)
        permission.object_types.add(*ObjectType.objects.get_for_models(*models).values())

    def make_many(self, number):
        """Have at least this many objects."""
        raise NotImplementedError


class DynamicTypeCase:
    """Lets NetBox's cases run for an EveryType; `setUpTestData` sets `every_type` and `model`."""

    # The number of the samples that are sent by create, edit and bulk edit.
    sample_sent = 1

    def setUp(self):
        """NetBox's cases expect to be refused, not to be told that there is nothing: the user may know of the type."""
        super().setUp()
        permission = ObjectPermission.objects.create(name='Types', actions=['view'])
        permission.users.add(self.user)
        permission.object_types.add(ObjectType.objects.get_for_model(CustomObjectType))

    def _get_url(self, action, instance=None):
        kwargs = {'custom_object_type': self.model._definition.slug}
        if instance is not None:
            kwargs['pk'] = instance.pk
        return reverse(f'plugins:netbox_custom_objects:customobject_{action}', kwargs=kwargs)

    def assertHttpStatus(self, response, expected_status):
        """Name the errors of the form, which NetBox's own assertion looks for in templates of its own."""
        form = response.context and response.context.get('form')
        errors = dict(form.errors) if form is not None and response.status_code != expected_status else {}
        self.assertEqual(response.status_code, expected_status, errors)

    def assertInstanceEqual(self, instance, data, exclude=None, api=False):
        """Compare the texts, and the fields with the sample that was sent: its inputs are no attributes."""
        instance = self.model.objects.get(pk=instance.pk)
        texts = [name for name in ('name', 'label') if name in data]
        self.assertEqual({name: getattr(instance, name) for name in texts}, {name: data[name] for name in texts})
        self.assertEqual(self.every_type.values(instance), self.every_type.expected(self.sample_sent))


class EveryType:
    """A type `every-type` with `name`, `label`, and a field of each type that the contract of field types knows."""

    def __init__(self):
        self.type = make_type('every_type', fields=[{'name': 'name', 'type': 'text', 'primary': True}])
        make_field(self.type, 'label')
        self.fields = {}
        # Of those that are drawn, NetBox's cases would give the same to all.
        for case in (case for case in SAMPLED if not case.is_drawn):
            name = f'v_{str(case).replace(" ", "_").replace("-", "_")}'.lower()
            self.fields[name] = case
            # Each case makes its choice set under the same name.
            CustomFieldChoiceSet.objects.filter(name='colors').update(name=f'colors before {name}')
            make_field(self.type, name, case.type, **{**case.needs(), **case.add_source(self.type, name)})

    @property
    def model(self):
        return self.type.get_model()

    def form(self, number: int) -> dict:
        """Return what the add form is sent for each field: its sample with this number."""
        return self._collect(lambda case: case.samples[number].form)

    def columns(self, number: int) -> dict:
        """Return a record of an imported file, from the samples with this number."""
        return self._collect(lambda case: case.samples[number].text)

    def expected(self, number: int) -> dict:
        """Return what `values` finds of an object with the samples of this number."""
        found = {name: resolve(case.samples[number].value) for name, case in self.fields.items()}
        return {name: sorted(value) if self.fields[name].field_type.many else value for name, value in found.items()}

    def values(self, obj) -> dict:
        """Return the stored values as the cases spell them."""
        return {
            name: case.links(getattr(obj, name)) if case.field_type.many else case.load(obj, name)
            for name, case in self.fields.items()
        }

    def _collect(self, find) -> dict:
        values = {}
        for name, case in self.fields.items():
            for key, value in resolve(find(case)).items():
                values[key.replace('value', name, 1)] = value
        return values

    def make(self, number: int = 0, **attributes):
        """Create an object with the samples of this number."""
        obj = self.model(**attributes)
        single = {name: case for name, case in self.fields.items() if not case.field_type.many}
        for name, case in single.items():
            case.store(obj, resolve(case.samples[number].value), name)
        obj.save()
        for name in self.fields.keys() - single.keys():
            getattr(obj, name).set(resolve(self.fields[name].samples[number].value))
        return obj
