"""
`?dry_run=true`: answers a write with what it would do, without doing it.

The write runs as always inside a preview, which undoes it: what refuses a request refuses its dry run, too. May
import services, NetBox's viewsets and its change log, in which a write leaves what it has changed.
"""

from collections.abc import Iterable, Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import ProtectedError, RestrictedError
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from core.signals import clear_events
from utilities.permissions import get_permission_for_model
from utilities.views import get_action_url

from ...field_types.shared.filters import FALSE_WORDS, TRUE_WORDS
from ...models.change_data import by_name
from ...services.dependents import Group, grouped
from ...services.preview import describe_step, previewing
from ...services.second_try import tried_twice
from ..openapi.writes import BACKGROUND, DRY_RUN
from .background import DiscreetJobMixin, for_job

# How many objects of one type are named.
OBJECTS_SHOWN = 100
# Keys that an object which does not exist yet has no values for.
IDENTITY_KEYS = ('id', 'url', 'display_url')
# What every change changes.
TIMESTAMPS = ('created', 'last_updated')


def is_dry_run(request) -> bool:
    """
    Whether a request asks for a dry run.

    Raises:
        ValidationError: `dry_run` is neither true nor false, or is combined with `background`
    """
    if request.method in SAFE_METHODS or not is_asked(request, DRY_RUN):
        return False
    if request.query_params.get(BACKGROUND, '').lower() == 'true':
        raise ValidationError({BACKGROUND: [_('A dry run cannot run as a background job.')]})
    return True


def is_asked(request, parameter: str) -> bool:
    """
    Whether a parameter of the query is true; if it is absent, it is not.

    Raises:
        ValidationError: it is neither true nor false
    """
    word = request.query_params.get(parameter, 'false').lower()
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise ValidationError({parameter: [_('Must be true or false, not {word}.').format(word=word)]})
    return word in TRUE_WORDS


class DryRunMixin(DiscreetJobMixin):
    """Lets all writes of a viewset be tried out; `partial_update` and its like call these in turn."""

    # Read by the OpenAPI schema.
    has_dry_run = True

    def create(self, request, *args, **kwargs):
        return self._run(super().create, request, *args, **kwargs)

    def update(self, request, *args, **kwargs):
        return self._run(super().update, request, *args, **kwargs)

    def destroy(self, request, *args, **kwargs):
        return self._run(super().destroy, request, *args, **kwargs)

    def bulk_update(self, request, *args, **kwargs):
        return self._run(super().bulk_update, request, *args, **kwargs)

    def bulk_destroy(self, request, *args, **kwargs):
        return self._run(super().bulk_destroy, request, *args, **kwargs)

    def describe_protection(self, error: ProtectedError | RestrictedError) -> str:
        """Return the sentence in which a refused deletion is answered."""
        return self.exception_to_response(error).data['detail']

    def _run(self, action, request, *args, **kwargs):
        carry_out = self._try_out if is_dry_run(request) else self._carry_out
        aliases = DEFAULT_DB_ALIAS, router.db_for_write(self.queryset.model)
        return for_job(tried_twice(lambda: carry_out(action, request, *args, **kwargs), *aliases))

    def _carry_out(self, action, request, *args, **kwargs):
        try:
            return action(request, *args, **kwargs)
        except self.queryset.model.DoesNotExist as error:
            # Another request has deleted the object before it was read again for the answer.
            raise NotFound() from error

    def _try_out(self, action, request, *args, **kwargs):
        try:
            return self._preview(action, request, *args, **kwargs)
        finally:
            # NetBox sends events of what is queued when the request ends.
            clear_events.send(sender=self)

    def _preview(self, action, request, *args, **kwargs):
        refused = None
        with previewing(router.db_for_write(self.queryset.model)) as preview:
            try:
                response = self._carry_out(action, request, *args, **kwargs)
            except (ProtectedError, RestrictedError) as error:
                refused = error
                detail, protectors = self.describe_protection(error), _protectors(error)
            changes = list(ObjectChange.objects.filter(request_id=request.id).order_by('pk'))
        if refused is not None:
            body = {'detail': detail, 'protected': list(_groups(protectors, request))}
            return Response(body, status=status.HTTP_409_CONFLICT)
        if response.status_code >= status.HTTP_400_BAD_REQUEST:
            return response
        return Response(
            {
                'dry_run': True,
                'results': _results(response, request),
                'plan': [describe_step(step) for step in preview.steps()],
                **_effects(changes, request),
                'dependents': [_describe_group(group, request) for group in grouped(preview.dependents, request.user)],
            }
        )


def _results(response, request) -> list[dict]:
    data = response.data if response.data is not None else []
    results = data if isinstance(data, list) else [data]
    if request.method == 'POST':
        return [{**item, **{key: None for key in IDENTITY_KEYS if key in item}} for item in results]
    return results


def _protectors(error) -> list[tuple[int, int, str, dict]]:
    objects = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    return [(ContentType.objects.get_for_model(obj).pk, obj.pk, str(obj), {}) for obj in objects]


def _effects(changes: list[ObjectChange], request) -> dict[str, list]:
    """Return what else a write does, derived from its change records: objects that are changed, and deleted."""
    deleted, changed, created = {}, {}, set()
    for change in changes:
        key = change.changed_object_type_id, change.changed_object_id
        if change.action == ObjectChangeActionChoices.ACTION_CREATE:
            created.add(key)
        elif change.action == ObjectChangeActionChoices.ACTION_DELETE:
            deleted[key] = (*key, change.object_repr, {})
        else:
            first = changed[key][0] if key in changed else change
            changed[key] = first, change
    updates = [
        (*key, last.object_repr, difference)
        for key, (first, last) in changed.items()
        if key not in deleted and key not in created and (difference := _difference(first, last))
    ]
    return {'changed': list(_groups(updates, request)), 'deleted': list(_groups(deleted.values(), request))}


def _difference(first: ObjectChange, last: ObjectChange) -> dict:
    model = first.changed_object_type.model_class()
    before, after = first.prechange_data or {}, last.postchange_data or {}
    if hasattr(model, '_payload_names'):
        before, after = by_name(model, before), by_name(model, after)
    names = sorted(
        name
        for name in before.keys() | after.keys()
        if name not in TIMESTAMPS and (before.get(name) or None) != (after.get(name) or None)
    )
    if not names:
        return {}
    return {'before': {name: before.get(name) for name in names}, 'after': {name: after.get(name) for name in names}}


def _groups(entries: Iterable[tuple[int, int, str, dict]], request) -> Iterator[dict]:
    """Yield one group for each object type. All objects are counted; those that the user may view are named."""
    by_type: dict[int, list] = {}
    for type_id, pk, name, more in entries:
        by_type.setdefault(type_id, []).append((pk, name, more))
    for type_id, members in by_type.items():
        content_type = ContentType.objects.get_for_id(type_id)
        model = content_type.model_class()
        shown = members[:OBJECTS_SHOWN]
        visible = _visible(model, [pk for pk, *_ in shown], request.user)
        yield {
            'object_type': f'{content_type.app_label}.{content_type.model}',
            'count': len(members),
            'objects': [
                {'id': pk, 'url': _url(model, pk, request), 'display': name, **more}
                for pk, name, more in shown
                if pk in visible
            ],
        }


def _describe_group(group: Group, request) -> dict:
    """Return dependents of one kind as JSON; `can_update` says that `update_dependents` can rewrite them."""
    return {
        'object_type': group.model._meta.label_lower,
        'count': group.count,
        'objects': [
            {
                'id': found.row.pk if found.row else None,
                'url': _url(group.model, found.row.pk, request) if found.row else None,
                'display': found.name,
                'mentions': list(found.mentions),
                'can_update': found.follows,
            }
            for found in group.shown[:OBJECTS_SHOWN]
        ],
    }


def _visible(model, pks: list[int], user) -> set[int]:
    objects = model._default_manager.filter(pk__in=pks)
    if hasattr(objects, 'restrict'):
        objects = objects.restrict(user, 'view')
    elif not user.has_perm(get_permission_for_model(model, 'view')):
        return set()
    return set(objects.values_list('pk', flat=True))


def _url(model, pk: int, request) -> str | None:
    try:
        return request.build_absolute_uri(get_action_url(model, 'detail', rest_api=True, kwargs={'pk': pk}))
    except NoReverseMatch:
        return None
