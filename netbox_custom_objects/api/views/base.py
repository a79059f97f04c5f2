"""
What all endpoints share: strict filters, and the engine's errors as replies.

May import DRF and NetBox's viewsets.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings

from netbox.api.authentication import IsAuthenticatedOrLoginNotRequired
from netbox.api.pagination import NetBoxPagination
from users.models import Token

from ... import settings
from ...exceptions import ObjectGone, SchemaChangeRefused, SchemaLocked, StillReferredTo
from ...field_types.shared.parsers import PARSERS
from ...models.concurrency import meeting
from ...runtime.classes.registry import world
from ...runtime.reading.estimates import estimated_count
from ...runtime.reading.ordering import totally_ordered
from ..openapi.operations import StrictAutoSchema
from ..openapi.writes import BACKGROUND, DRY_RUN
from .dry_run import DryRunMixin

# What a GET may ask besides filters: paging, choice of keys and format (NetBox), the branch (netbox-branching).
PARAMETERS = frozenset((
    '_branch', 'brief', 'exclude', 'export', 'fields', 'filter', 'filter_id', 'format', 'limit', 'offset', 'omit',
    'ordering', 'start',
))  # fmt: skip
# What a write to one object may ask, which is looked up by the same filters.
WRITE_PARAMETERS = frozenset((DRY_RUN, BACKGROUND))


def refuse_unknown(asked: Iterable[str], filters: Iterable[str], parameters: Iterable[str] = PARAMETERS) -> None:
    """
    Raise ValidationError, keyed by parameter, if one that is asked is neither a filter nor another known parameter.

    The setting `strict_filtering` switches this off.
    """
    filters = sorted(filters)
    known = {*filters, *parameters}
    unknown = sorted(set(asked) - known)
    if unknown and settings.get('strict_filtering'):
        raise ValidationError({name: [_unknown(name, filters, known)] for name in unknown})


def _unknown(name: str, filters: list[str], known: set[str]) -> str:
    similar = get_close_matches(name, sorted(known), n=1)
    guess = _('Did you mean {name}?').format(name=similar[0]) + ' ' if similar else ''
    valid = _('Available filters: {names}').format(names=', '.join(filters))
    return f'{_("Unknown filter: {name}.").format(name=name)} {guess}{valid}'


class StrictFilterBackend(DjangoFilterBackend):
    """Answers an unknown parameter with a 400: ignoring it would return objects that were not requested."""

    def get_filterset(self, request, queryset, view):
        filterset = super().get_filterset(request, queryset, view)
        parameters = PARAMETERS if request.method in SAFE_METHODS else PARAMETERS | WRITE_PARAMETERS
        if request.method == 'DELETE':
            parameters |= frozenset(getattr(view, 'delete_parameters', ()))
        # The instance has the filters that are asked for, and those of NetBox's custom fields.
        known = type(filterset).base_filters.keys() | filterset.filters.keys()
        refuse_unknown(request.query_params, known, parameters)
        return filterset

    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            # django-filter's own translation fails where a message quotes a percent sign.
            raise ValidationError({name: list(errors) for name, errors in filterset.errors.items()})
        return filterset.qs


class TotalOrderingFilter(OrderingFilter):
    """Orders by what is asked for, and then by the key: no page repeats or loses an object."""

    def filter_queryset(self, request, queryset, view):
        return totally_ordered(queryset, self.get_ordering(request, queryset, view) or ())


class ConflictError(APIException):
    """The request is valid, but conflicts with the current state."""

    status_code = status.HTTP_409_CONFLICT


@contextmanager
def schema_errors() -> Iterator[None]:
    """Turn errors of the engine, which has undone everything, into replies."""
    try:
        yield
    except (SchemaLocked, StillReferredTo) as error:
        raise ConflictError(str(error)) from error
    except SchemaChangeRefused as error:
        raise ValidationError({'type': [str(error)]}) from error


class WriteEnabled(IsAuthenticatedOrLoginNotRequired):
    """For endpoints without a model of their own: a token that may only read does not write."""

    def has_permission(self, request, view):
        may_write = not isinstance(request.auth, Token) or request.auth.write_enabled
        return (may_write or request.method in SAFE_METHODS) and super().has_permission(request, view)


class StrictPagination(NetBoxPagination):
    """NetBox's, described as it is: a page that is asked for by `start` has no count. Errors stand under `start`."""

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError as error:
            raise ValidationError({self.start_query_param: error.detail}) from error

    def get_paginated_response_schema(self, schema):
        described = super().get_paginated_response_schema(schema)
        described['properties']['count']['nullable'] = True
        return described


class LongListPagination(StrictPagination):
    """Pages lists of custom objects, which the setting `exact_count_limit` may keep from being counted."""

    def paginate_queryset(self, queryset, request, view=None):
        return self._estimated_page(queryset, request) or super().paginate_queryset(queryset, request, view)

    def _estimated_page(self, queryset, request) -> list | None:
        """Return a page of a list that is not counted; None if the list must be."""
        limit, offset = self.get_limit(request), self.get_offset(request)
        if not limit or self.start_query_param in request.query_params:
            return None
        estimate = estimated_count(queryset, offset)
        if estimate is None:
            return None
        # With one object more: it shows whether there is another page.
        found = list(queryset[offset : offset + limit + 1])
        known = offset + len(found)
        self.request, self.limit, self.offset = request, limit, offset
        self.count = max(estimate, known) if len(found) > limit else known
        self.display_page_controls = self.count > limit and self.template is not None
        return found[:limit]


class ListPagination(StrictPagination):
    """Pages what is not read from a table, by offset: `start` is about ids of rows."""

    def get_start(self, request):
        if self.start_query_param in request.query_params:
            raise ValidationError([_('This list is paged by offset.')])
        return None

    def get_schema_operation_parameters(self, view):
        parameters = super().get_schema_operation_parameters(view)
        return [parameter for parameter in parameters if parameter['name'] != self.start_query_param]


@contextmanager
def gone_is_not_denied(instance: Model) -> Iterator[None]:
    """Tell an object that another request has deleted from one that the user may not make so: NetBox denies both."""
    model, pk = type(instance), instance.pk
    try:
        yield
    except PermissionDenied as error:
        if model._default_manager.filter(pk=pk).exists():
            raise
        raise meeting(ObjectGone()) from error


class StrictModelViewSet(DryRunMixin):
    """NetBox's viewset with strict filters and dry runs."""

    # What a DELETE may be asked in its query besides what every write may be.
    delete_parameters: tuple[str, ...] = ()
    filter_backends = (StrictFilterBackend, TotalOrderingFilter)
    pagination_class = StrictPagination
    parser_classes = PARSERS
    schema = StrictAutoSchema()

    def update(self, request, *args, **kwargs):
        if isinstance(request.data, list):
            # NetBox's viewset would make a serializer of many objects, which cannot update.
            message = Serializer.default_error_messages['invalid'].format(datatype='list')
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [message]})
        return super().update(request, *args, **kwargs)

    def perform_update(self, serializer):
        with gone_is_not_denied(serializer.instance):
            super().perform_update(serializer)

    def perform_destroy(self, instance):
        with gone_is_not_denied(instance):
            super().perform_destroy(instance)


class DefinitionViewSet(StrictModelViewSet):
    """Base of the endpoints whose writes change tables."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            world()  # what others change from now on is noticed

    def perform_create(self, serializer):
        with schema_errors():
            super().perform_create(serializer)

    def perform_update(self, serializer):
        with schema_errors():
            super().perform_update(serializer)

    def perform_destroy(self, instance):
        with schema_errors():
            super().perform_destroy(instance)
