"""
Endpoints `<slug>/`: the objects of each type.

One viewset serves them all: which type is meant is derived from the request, in the schema that the request reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import ClassVar

from django.conf import settings as django_settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import router, transaction
from django.urls import resolve
from drf_spectacular.utils import extend_schema_serializer
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.serializers import as_serializer_error

from extras.api.mixins import ConfigContextQuerySetMixin
from netbox.api.viewsets import HTTP_ACTIONS

from ...exceptions import REFUSED_ROWS
from ...field_types.shared.rest import KNOWN_TARGETS
from ...filtersets import get_filterset_class
from ...models import CustomObjectType
from ...models.together import NotTogether
from ...runtime.classes.constraints import violation_of
from ...runtime.classes.ghost import ghost
from ...runtime.classes.registry import world
from ...runtime.inbound.holding import hold_objects
from ...runtime.relations.rollups import rollups_of
from ...runtime.rights import has_any_right, is_known_to_reader
from ...services.limits import looked_up_ahead
from ...services.writing import TOGETHER_FROM, delete_together, tried_together
from ..prefetch import read_ahead, text_prefetches
from ..serializers import get_serializer_class
from ..serializers.objects import get_bulk_update_serializer_class
from .base import LongListPagination, StrictModelViewSet


@cache
def generic_serializer_class() -> type:
    """Return what the OpenAPI schema shows for all types alike: the keys that every object has."""
    return extend_schema_serializer(component_name='CustomObject')(get_serializer_class(ghost(0)))


class CustomObjectViewSet(ConfigContextQuerySetMixin, StrictModelViewSet):
    """The objects of one type, addressed by the type's slug."""

    lookup_value_regex = '[0-9]+'
    pagination_class = LongListPagination
    slug = None
    # What types are called in the OpenAPI schema, where one is being made.
    schema_names = None
    # Whether a list of objects is being created.
    in_list = False
    # What the objects of a bulk request refer to.
    known_targets: ClassVar[dict] = {}

    def initialize_request(self, request, *args, **kwargs):
        self.slug = self.kwargs.get('custom_object_type', self.slug)
        return super().initialize_request(request, *args, **kwargs)

    @cached_property
    def model(self) -> type | None:
        """The class of the type that is addressed, None if the current schema has no type with this slug."""
        current = world()
        definition = current.find_slug(self.slug) if self.slug else None
        return current.model(definition.id) if definition else None

    @property
    def queryset(self):
        # Without a type there is nothing to query: in a background job until it begins, and for an OpenAPI generator.
        default = CustomObjectType.objects.none() if self.model is None else self.model.objects.all()
        return self.__dict__.setdefault('_queryset', default)

    @queryset.setter
    def queryset(self, value):
        self.__dict__['_queryset'] = value

    def get_queryset(self):
        if self.model is None or not self.model._definition.config_context_enabled:
            # Past NetBox's mixin, which takes it that all objects have config contexts.
            found = super(ConfigContextQuerySetMixin, self).get_queryset()
        else:
            found = super().get_queryset()
        if self.model is None or self.request.method == 'DELETE':
            return found
        # Templates of exports read whole objects.
        return found.with_rollups(None if 'export' in self.request.query_params else self.response_fields)

    def check_permissions(self, request):
        # Who is not let in at all does not learn which types there are.
        if django_settings.LOGIN_REQUIRED and not request.user.is_authenticated:
            self.permission_denied(request)
        if self.model is None or not is_known_to_reader(self.model._type_id):
            raise NotFound()
        if request.method == 'OPTIONS' and not has_any_right(request.user, self.model._definition):
            # NetBox asks for no right here, and the answer names the type.
            self.permission_denied(request)
        super().check_permissions(request)

    def get_view_name(self):
        """Return the heading of a page of the browsable API, which also shows refusals."""
        user = getattr(getattr(self, 'request', None), 'user', None)
        if user is None or self.model is None or not has_any_right(user, self.model._definition):
            return 'Custom Objects'
        return super().get_view_name()

    def get_serializer_class(self):
        return get_serializer_class(self.model) if self.model else generic_serializer_class()

    def get_bulk_update_serializer_class(self, *, partial=False):
        if self.model is None:
            name = f'{"PatchedBulk" if partial else "Bulk"}CustomObject'
            serializer_class = super().get_bulk_update_serializer_class(partial=partial)
            return extend_schema_serializer(component_name=name)(serializer_class)
        return get_bulk_update_serializer_class(self.model, partial)

    @property
    def filterset_class(self):
        return None if self.model is None else get_filterset_class(self.model)

    @property
    def field_prefetches(self):
        return {} if self.model is None else text_prefetches(self.model)

    @property
    def ordering_fields(self):
        """What a list can be ordered by: columns of the table, and rollups. Links would repeat objects."""
        return [field.name for field in (*self.model._meta.concrete_fields, *rollups_of(self.model))]

    # A background job calls an action outside of any URL, after the request's branch was made the current one.

    def create(self, request, *args, **kwargs):
        self._bind(request)
        return super().create(request, *args, **kwargs)

    def bulk_create(self, request, *args, **kwargs):
        self._bind(request)
        self.in_list = True
        self._read_ahead(request)
        with looked_up_ahead(self.model, self.known_targets):
            return super().bulk_create(request, *args, **kwargs)

    def bulk_update(self, request, *args, **kwargs):
        self._bind(request)
        return super().bulk_update(request, *args, **kwargs)

    def bulk_destroy(self, request, *args, **kwargs):
        self._bind(request)
        return super().bulk_destroy(request, *args, **kwargs)

    def _read_ahead(self, request):
        if isinstance(request.data, list):
            self.known_targets = read_ahead(self.model, request.data)

    # Lists are written together if that is possible, and one by one as NetBox does it if not.

    def perform_bulk_create(self, data):
        pks = self._together(data, lambda: self._create_together(data))
        return super().perform_bulk_create(data) if pks is None else (pks, [], None)

    def _create_together(self, data):
        serializer = self.get_serializer(data=data)
        if not serializer.is_valid():
            raise NotTogether
        return self._permitted(serializer.save())

    def perform_bulk_destroy(self, objects, changelog_messages=None):
        messages = changelog_messages or {}
        count = self._together(messages, lambda: self._delete_together(objects.all(), messages))
        return super().perform_bulk_destroy(objects, changelog_messages) if count is None else ([], count, None)

    def _delete_together(self, objects, messages):
        objects = list(objects)
        for obj in objects:
            obj.snapshot()
            obj._changelog_message = messages.get(obj.pk)
        delete_together(objects, router.db_for_write(self.model))
        return len(objects)

    def _together(self, items, write):
        """Return what `write` returns; None if objects must be written one by one, and nothing is left of it."""
        if len(items) < TOGETHER_FROM or 'HTTP_IF_MATCH' in self.request.META:
            return None
        return tried_together(write, router.db_for_write(self.model), type(self))

    def _permitted(self, objects) -> list[int]:
        """Return the ids of objects that were written; refuse to have made one so that the user may not."""
        pks = [obj.pk for obj in objects]
        if set(self.queryset.filter(pk__in=pks).values_list('pk', flat=True)) != set(pks):
            raise NotTogether
        return pks

    def perform_bulk_update(self, objects, update_data, partial):
        self.known_targets = read_ahead(self.model, list(update_data.values()))
        with looked_up_ahead(self.model, self.known_targets):
            pks = self._together(update_data, lambda: self._update_together(objects.all(), update_data, partial))
            if pks is not None:
                return pks, [], None
            using = router.db_for_write(self.model)
            with transaction.atomic(using=using):
                self._hold_known_targets(using)
                return super().perform_bulk_update(objects, update_data, partial)

    def _update_together(self, objects, update_data, partial):
        objects = list(objects)
        for obj in objects:
            obj.snapshot()
        serializer = self.get_serializer(objects, data=[update_data[obj.pk] for obj in objects], partial=partial)
        if not serializer.is_valid():
            raise NotTogether
        return self._permitted(serializer.save())

    def _hold_known_targets(self, using: str) -> None:
        """Lock the targets that the body of a bulk request names, all at once; free of cost if they are."""
        hold_objects((target for targets in self.known_targets.values() for target in targets.values()), using)

    def get_serializer_context(self):
        return {**super().get_serializer_context(), KNOWN_TARGETS: self.known_targets}

    def _bind(self, request):
        if self.slug is not None:
            return
        self.slug = resolve(request.path_info).kwargs['custom_object_type']
        self.__dict__.pop('model', None)
        if self.model is None:
            raise NotFound()
        self.queryset = self.model.objects.restrict(request.user, HTTP_ACTIONS[request.method])

    # Uniqueness is checked before writing; of two requests that write at once, the index refuses one.

    def perform_create(self, serializer):
        with self._violations_answered():
            if self.in_list:
                self._create_in_list(serializer)
            else:
                super().perform_create(serializer)

    def _create_in_list(self, serializer):
        # One wrong object undoes the whole list, so none needs a savepoint of its own. Within one, NetBox would queue
        # a background job for the search index of each object, which takes longer than creating it.
        self._hold_known_targets(router.db_for_write(self.model))
        try:
            self._validate_objects(serializer.save())
        except ObjectDoesNotExist:
            raise PermissionDenied() from None

    def perform_update(self, serializer):
        with self._violations_answered():
            super().perform_update(serializer)

    @contextmanager
    def _violations_answered(self) -> Iterator[None]:
        try:
            yield
        except REFUSED_ROWS as error:
            violation = violation_of(error, self.model)
            if violation is None:
                raise
            raise ValidationError(as_serializer_error(violation)) from error
