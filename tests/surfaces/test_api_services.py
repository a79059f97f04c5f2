"""What the rest of NetBox does with the endpoints and serializers of objects: events, journals, background jobs."""

from uuid import uuid4

from django.test import RequestFactory

from core.choices import JobStatusChoices
from core.models import Job, ObjectType
from netbox.jobs import AsyncAPIJob
from users.models import User
from utilities.api import get_serializer_for_model
from utilities.request import copy_safe_request

from netbox_custom_objects.api.serializers import get_serializer_class
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.ghost import ghost

from ..support.factories import make_field, make_object, make_type


class TestSerializers:
    """What the rest of NetBox gets from `get_serializer_for_model`, which swallows exceptions."""

    def test_of_classes_and_instances(self, db):
        made = make_type('thing', fields=[('title', 'text')])
        obj = make_object(made, title='a')
        serializer = get_serializer_for_model(made.get_model())
        assert serializer is get_serializer_for_model(obj)
        assert serializer.__name__ == f'Table{made.pk}ModelSerializer'
        assert 'custom_fields' not in serializer.Meta.fields
        assert serializer(obj, context={'request': None}).data['url'] == f'/api/plugins/custom-objects/thing/{obj.pk}/'
        nested = get_serializer_for_model(obj, prefix='Nested')
        assert list(nested(obj, context={'request': None}).data) == ['id', 'url', 'display']

    def test_without_references(self, every_kind):
        fields = get_serializer_class(every_kind.get_model(), skip_object_fields=True).Meta.fields
        assert not {'place', 'places'} & set(fields)
        assert {*fields, 'place', 'places'} == set(get_serializer_class(every_kind.get_model()).Meta.fields)

    def test_of_definitions(self, db):
        for model in (CustomObjectType, CustomObjectTypeField):
            assert get_serializer_for_model(model) is get_serializer_for_model(model())

    def test_of_ghosts_and_old_generations(self, db):
        made = make_type('thing', fields=[('title', 'text')])
        obj = make_object(made, title='a')
        make_field(made, 'amount', 'integer')
        data = get_serializer_for_model(obj)(obj, context={'request': None}).data
        assert (data['title'], 'amount' in data) == ('a', False)
        gone = ghost(4711)
        data = get_serializer_for_model(gone)(gone(pk=1), context={'request': None}).data
        assert data['display'] == 'Table4711model 1'

    def test_of_deleted_objects(self, rest, every_kind):
        """NetBox serialises what is deleted for event rules, and refuses the deletion if it cannot."""
        pk = make_object(every_kind, title='a').pk
        rest.delete(f'every-kind/{pk}/')
        rest.delete(f'custom-object-type-fields/{every_kind.fields.first().pk}/')
        rest.delete(f'custom-object-types/{every_kind.pk}/')

    def test_of_journal_entries_and_other_generic_relations(self, rest):
        made = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        obj = make_object(made, title='a')
        label = f'netbox_custom_objects.table{made.pk}model'
        body = rest.post('/api/extras/journal-entries/', {
            'assigned_object_type': label, 'assigned_object_id': obj.pk, 'comments': 'seen',
        })  # fmt: skip
        assert body['assigned_object']['display'] == 'a'


class TestBackgroundJobs:
    """`?background=true` runs the same action in a worker, which knows the path but no URL arguments."""

    def _run(self, method, path, payload):
        user = User.objects.get(username='root')
        request = RequestFactory().generic(method, f'/api/plugins/custom-objects/{path}')
        request.id, request.user = uuid4(), user
        action = {'POST': 'bulk_create', 'PATCH': 'bulk_partial_update', 'DELETE': 'bulk_destroy'}[method]
        job = Job.objects.create(name='test', user=user, job_id=uuid4())
        AsyncAPIJob.handle(
            job,
            viewset_class='netbox_custom_objects.api.views.objects.CustomObjectViewSet',
            action=action,
            payload=payload,
            user_pk=user.pk,
            request=copy_safe_request(request, include_files=False),
        )
        assert job.status == JobStatusChoices.STATUS_COMPLETED, job.error
        return job.data

    def test_create_update_delete(self, rest):
        made = make_type('thing', fields=[('title', 'text')])
        assert self._run('POST', 'thing/', [{'title': 'a'}, {'title': 'b'}])['status_code'] == 201
        model = made.get_model()
        first, second = model.objects.all()
        self._run('PATCH', 'thing/', [{'id': first.pk, 'title': 'c'}])
        self._run('DELETE', 'thing/', [{'id': second.pk}])
        assert [obj.title for obj in model.objects.all()] == ['c']
        assert ObjectType.objects.get_for_model(model) == made.object_type
