"""
The history of a type's schema: which fields were added, changed and deleted, request by request.

Read from the change log, as plans are executed and not kept. May import models and NetBox's change log.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange
from netbox.views.generic.base import BaseObjectView
from utilities.permissions import get_permission_for_model
from utilities.views import ViewTab, register_model_view

from ...constants import APP_LABEL
from ...definitions import CONDITIONS
from ...models import CustomObjectType, CustomObjectTypeField
from ...runtime.linked_defaults import shown_path
from ...runtime.shown import shown_condition, shown_expression
from ..base import page_of

CREATE, DELETE = ObjectChangeActionChoices.ACTION_CREATE, ObjectChangeActionChoices.ACTION_DELETE
# What changes with every change, or is bookkeeping.
NOT_SHOWN = {'created', 'last_updated', 'custom_object_type', 'cache_timestamp', 'payload_key', 'schema_id'}
# Attributes that columns, indexes and link tables follow; all others are kept in the row of the field alone.
STRUCTURAL = {
    'type', 'unique', 'element_type', 'expression', 'result_type', 'decimal_digits', 'decimal_places',
    'related_object_type', 'related_object_types',
    'is_polymorphic',
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One record of the change log, in a sentence."""

    text: str
    # Whether tables were changed with it.
    structural: bool
    url: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one request changed."""

    time: object
    user: str
    message: str
    request_id: object
    edits: tuple[Edit, ...]


def changes_of(custom_object_type: CustomObjectType, user):
    """Return the records of a type and of its fields, deleted ones included, as far as the user may view records."""
    pk = custom_object_type.pk
    type_type, field_type = (
        ContentType.objects.get_for_model(model) for model in (CustomObjectType, CustomObjectTypeField)
    )
    of_field = Q(prechange_data__custom_object_type=pk) | Q(postchange_data__custom_object_type=pk)
    records = Q(changed_object_type=type_type, changed_object_id=pk) | Q(Q(changed_object_type=field_type) & of_field)
    return ObjectChange.objects.restrict(user, 'view').filter(records)


def revisions(changes, request_ids: list) -> list[HistoryEntry]:
    """Return what these requests changed, in their order."""
    found: dict = {request_id: [] for request_id in request_ids}
    for change in changes.filter(request_id__in=request_ids).select_related('user').order_by('time', 'pk'):
        found[change.request_id].append(change)
    return [
        HistoryEntry(
            time=records[0].time,
            user=records[0].user_name,
            message=next((record.message for record in records if record.message), ''),
            request_id=request_id,
            edits=tuple(edit for record in records for edit in edits_of(record)),
        )
        for request_id, records in found.items()
        if records
    ]


def edits_of(change: ObjectChange) -> Iterator[Edit]:
    """Yield what a record says, an update once for each attribute."""
    is_field = change.changed_object_type.model == CustomObjectTypeField._meta.model_name
    before, after = change.prechange_data or {}, change.postchange_data or {}
    data = {'name': (after or before).get('name', change.object_repr), 'type': (after or before).get('type', '')}
    url = change.get_absolute_url()
    if change.action in (CREATE, DELETE):
        texts = {
            (CREATE, True): _('New field "{name}" ({type}).'),
            (DELETE, True): _('Field "{name}" ({type}) deleted; its values are retired.'),
            (CREATE, False): _('New type "{name}".'),
            (DELETE, False): _('Type "{name}" deleted.'),
        }
        yield Edit(texts[change.action, is_field].format(**data), True, url)
        return
    subject = _('Field "{name}"').format(name=before.get('name', data['name'])) if is_field else _('Type')
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if name not in NOT_SHOWN and (old or None) != (new or None):
            text = _('{subject}: {attribute} changed from {old} to {new}.')
            if is_field and name == 'default_from':
                old, new = (shown_path(found or '') for found in (old, new))
            if is_field and name in ('expression', 'condition', *CONDITIONS):
                old, new = (_with_names(data, name) for data in (before, after))
            shown = {'attribute': _title(change, name), 'old': _shown(name, old), 'new': _shown(name, new)}
            yield Edit(text.format(subject=subject, **shown), is_field and name in STRUCTURAL, url)


def _with_names(data: dict, name: str) -> str:
    """Return the expression or condition in a record of a field, with the names that other fields have now."""
    field = CustomObjectTypeField(custom_object_type_id=data.get('custom_object_type'))
    if name != 'condition':
        return shown_expression(field, data.get(name) or '')
    field.referring_field_id, field.condition = data.get('referring_field'), data.get(name) or ''
    return shown_condition(field)


def _title(change: ObjectChange, name: str) -> str:
    model = change.changed_object_type.model_class()
    names = {field.name: field.verbose_name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    return str(names.get(name, name))


def _shown(name: str, value) -> str:
    if value in (None, '', [], {}):
        return _('nothing')
    if name in ('related_object_type', 'related_object_types', 'object_type'):
        pks = value if isinstance(value, list) else [value]
        return ', '.join(_label(pk) for pk in pks)
    return f'"{value}"'


def _label(pk: int) -> str:
    try:
        found = ContentType.objects.get_for_id(pk)
    except ContentType.DoesNotExist:
        return str(pk)
    return f'{found.app_label}.{found.model}'


@register_model_view(CustomObjectType, 'schema_history', path='schema-history')
class SchemaHistoryView(BaseObjectView):
    """A tab of a type: the requests that changed its schema, newest first."""

    queryset = CustomObjectType.objects.all()
    template_name = f'{APP_LABEL}/schema_history.html'
    tab = ViewTab(label=gettext_lazy('Schema History'), permission='core.view_objectchange', weight=600)

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def get(self, request, pk):
        custom_object_type = self.get_object(pk=pk)
        changes = changes_of(custom_object_type, request.user)
        requests = (
            changes.order_by().values('request_id').annotate(latest=Max('time')).order_by('-latest', 'request_id')
        )
        shown = page_of(request, requests)
        context = {
            'object': custom_object_type,
            'tab': self.tab,
            'revisions': revisions(changes, [row['request_id'] for row in shown['page'].object_list]),
            **shown,
        }
        return render(request, self.template_name, context)
