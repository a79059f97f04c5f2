"""
What all endpoints share: filters that refuse what they do not know, and the engine's errors as replies.

May import DRF and NetBox's viewsets.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.filters import OrderingFilter

from netbox.api.viewsets import NetBoxModelViewSet

from ... import settings
from ...exceptions import SchemaChangeRefused, SchemaLocked

# What a GET may ask besides filters: paging, choice of keys and format (NetBox), the branch (netbox-branching).
PARAMETERS = frozenset((
    '_branch', 'brief', 'exclude', 'export', 'fields', 'filter', 'filter_id', 'format', 'limit', 'offset', 'omit',
    'ordering', 'start',
))  # fmt: skip


class StrictFilterBackend(DjangoFilterBackend):
    """Answers a parameter that is no filter with a 400: ignoring it would return objects that nobody asked for."""

    def get_filterset(self, request, queryset, view):
        filterset = super().get_filterset(request, queryset, view)
        unknown = request.query_params.keys() - filterset.filters.keys() - PARAMETERS
        if unknown and settings.get('strict_filtering'):
            valid = ', '.join(sorted(filterset.filters))
            message = _('This is no filter of this list. Filters are: {names}').format(names=valid)
            raise ValidationError({name: [message] for name in sorted(unknown)})
        return filterset


class Conflict(APIException):
    """The request is valid, but cannot be carried out now."""

    status_code = status.HTTP_409_CONFLICT


@contextmanager
def schema_errors() -> Iterator[None]:
    """Turn errors of the engine, which has undone everything, into replies."""
    try:
        yield
    except SchemaLocked as error:
        raise Conflict(str(error)) from error
    except SchemaChangeRefused as error:
        raise ValidationError({'type': [str(error)]}) from error


class StrictModelViewSet(NetBoxModelViewSet):
    """NetBox's viewset with strict filters."""

    filter_backends = (StrictFilterBackend, OrderingFilter)


class DefinitionViewSet(StrictModelViewSet):
    """Base of the endpoints whose writes change tables."""

    def perform_create(self, serializer):
        with schema_errors():
            super().perform_create(serializer)

    def perform_update(self, serializer):
        with schema_errors():
            super().perform_update(serializer)

    def perform_destroy(self, instance):
        with schema_errors():
            super().perform_destroy(instance)
