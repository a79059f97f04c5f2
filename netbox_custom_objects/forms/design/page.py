"""
All forms of a design: bound to what was sent, or as they are stored.

May import models and the forms of rows. Shows and takes only rows that the user may view, and edits only what the user
may change; the others are locked.
"""

from collections.abc import Iterable, Iterator

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from utilities.forms import restrict_form_fields
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...schema.design import Design, state_of
from ..faults import Fault, faults_of
from .constraints import DesignConstraintForm
from .fields import DesignFieldForm
from .rows import CONSTRAINTS, FIELDS, REMOVED, id_of, keys_of, new_key, stored_key
from .types import DesignTypeForm

# The input that holds what the page was made of, and that of a row for whether its drawer is open.
STATE, OPEN = 'state', 'open'


class DesignPage:
    """The forms of one type, new or stored."""

    _models = {FIELDS: CustomObjectTypeField, CONSTRAINTS: CustomObjectTypeConstraint}

    def __init__(
        self,
        custom_object_type: CustomObjectType | None,
        user,
        data: QueryDict | None = None,
        typed: QueryDict | None = None,
        initial=None,
    ):
        """
        Args:
            custom_object_type: as it is stored, None for a new one
            user: who designs it
            data: what was sent to be stored or tried out, None for the page as it is opened
            typed: what was sent so that single rows are rendered again
            initial: what the form of a new type begins with
        """
        self.type, self.user, self.data = custom_object_type, user, data
        self.typed = data if data is not None else typed
        self.fields = self._stored(CustomObjectTypeField)
        self.constraints = self._stored(CustomObjectTypeConstraint)
        self.rights = {
            model: {action: self._allowed(model, action) for action in ('change', 'delete')}
            for model in (CustomObjectType, CustomObjectTypeField, CustomObjectTypeConstraint)
        }
        self.may_add_constraints = user.has_perm(get_permission_for_model(CustomObjectTypeConstraint, 'add'))
        self.may_add_fields = user.has_perm(get_permission_for_model(CustomObjectTypeField, 'add'))
        self.offered = list(self._offer())
        self.form = self._type_form(initial)
        is_whole = typed is None
        self.rows = self._rows(FIELDS) if is_whole else []
        self.constraint_rows = self._rows(CONSTRAINTS) if is_whole else []
        self.state = data.get(STATE, '') if data is not None else self._state()

    def _stored(self, model) -> dict[int, object]:
        if self.type is None:
            return {}
        rows = model.objects.filter(custom_object_type=self.type).restrict(self.user, 'view')
        if model is CustomObjectTypeField:
            rows = rows.select_related('choice_set', 'related_object_type').prefetch_related('related_object_types')
        found = {row.pk: row for row in rows}
        for row in found.values():
            row.custom_object_type = self.type
        return found

    def _allowed(self, model, action: str) -> set[int]:
        if self.type is None:
            return set()
        rows = model.objects.restrict(self.user, action)
        key = 'pk' if model is CustomObjectType else 'custom_object_type'
        return set(rows.filter(**{key: self.type.pk}).values_list('pk', flat=True))

    def _state(self) -> str:
        """Return what changes if another request edits anything of the type, viewable or not."""
        if self.type is None:
            return ''
        return state_of(self.type, self.type.fields.all(), self.type.constraints.all())

    # Forms

    def _type_form(self, initial):
        instance = self.type or CustomObjectType()
        if self.type is not None:
            instance.snapshot()
        form = DesignTypeForm(data=self.data, instance=instance, initial=initial)
        restrict_form_fields(form, self.user)
        if self.type is not None and self.type.pk not in self.rights[CustomObjectType]['change']:
            for field in form.fields.values():
                field.disabled = True
        return form

    def _rows(self, kind: str) -> list:
        if self.data is not None:
            return [form for key in keys_of(kind, self.data) if (form := self.row(kind, key, self.data)) is not None]
        stored = self.fields if kind == FIELDS else self.constraints
        found = [self.row(kind, stored_key(kind, pk)) for pk in stored]
        if self.type is None and kind == FIELDS:
            found = [self.row(kind, new_key(kind))]
        return [form for form in found if form is not None]

    def row(self, kind: str, key: str, data: QueryDict | None = None):
        """Return the form of a row, None if what it is about does not exist, or may not be edited."""
        model, pk, typed = self._models[kind], id_of(key), self.typed if data is None else None
        if pk is not None:
            instance = self._stored_rows(model).get(pk)
            if instance is None or not self._is_open(instance):
                return None
            instance.snapshot()
        else:
            instance = model()
            if self.type is not None:
                instance.custom_object_type = self.type
        instance.set_edit_context(user=self.user)
        shared = {'data': data, 'typed': typed, 'instance': instance, 'prefix': key, 'row_url': self.url(kind)}
        if kind == FIELDS:
            form = DesignFieldForm(names=[name for _key, _label, name, _type in self.offered], **shared)
        else:
            form = DesignConstraintForm(offered=self.offered, **shared)
        restrict_form_fields(form, self.user)
        form.is_removed = bool(form.sent.get(REMOVED, [''])[-1])
        form.is_open = bool(form.sent.get(OPEN, [''])[-1])
        form.may_remove = pk is None or pk in self.rights[model]['delete']
        form.may_change = pk is None or pk in self.rights[model]['change']
        return form

    def _offer(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield (key, label, name, type) of the fields of the design, by their current names."""
        sent = keys_of(FIELDS, self.typed) if self.typed is not None else None
        for pk, field in self.fields.items():
            key = stored_key(FIELDS, pk)
            if sent is None or key not in sent:
                yield key, str(field), field.name, field.type
        for key in sent or ():
            read = {name: self.typed.get(f'{key}-{name}', '') for name in ('label', 'name', 'type', REMOVED)}
            stored = self.fields.get(id_of(key))
            kind = read['type'] or (stored.type if stored else '')
            if read['name'] and not read[REMOVED]:
                yield key, read['label'] or read['name'], read['name'], kind

    def _stored_rows(self, model) -> dict:
        return self.fields if model is CustomObjectTypeField else self.constraints

    def _is_open(self, row) -> bool:
        """Whether the user may edit or delete a row, and may view what it is about."""
        rights = self.rights[type(row)]
        if row.pk not in rights['change'] | rights['delete']:
            return False
        return not isinstance(row, CustomObjectTypeConstraint) or self.fields.keys() >= set(row.field_ids)

    def _locked(self, model) -> list:
        """Return the rows that the user may view, and not edit."""
        return [row for row in self._stored_rows(model).values() if not self._is_open(row)]

    @property
    def locked_fields(self) -> list:
        return self._locked(CustomObjectTypeField)

    @property
    def locked_constraints(self) -> list:
        return self._locked(CustomObjectTypeConstraint)

    # What follows from them

    def design(self) -> Design:
        return Design(
            self.form,
            fields=_kept(self.rows),
            constraints=_kept(self.constraint_rows),
            removed_fields=_removed(self.rows),
            removed_constraints=_removed(self.constraint_rows),
            state=self.state,
        )

    def url(self, name: str) -> str:
        """Return an address of this design: `row`, `constraint`, `preview`, or '' for the page."""
        prefix = 'design' if self.type is None else 'redesign'
        view = f'plugins:{APP_LABEL}:customobjecttype_{prefix}{f"_{name}" if name else ""}'
        return reverse(view, args=[] if self.type is None else [self.type.pk])

    @property
    def page_url(self) -> str:
        return self.url('')

    @property
    def row_url(self) -> str:
        return self.url(FIELDS)

    @property
    def constraint_url(self) -> str:
        return self.url(CONSTRAINTS)

    @property
    def preview_url(self) -> str:
        return self.url('preview')

    def faults(self) -> list[tuple[str, Fault]]:
        """Return (title of a form, what is wrong with it)."""
        titled = [(_('Type'), self.form)]
        for text, forms in ((_('field {number}'), self.rows), (_('constraint {number}'), self.constraint_rows)):
            for number, form in enumerate(forms, start=1):
                titled.append((form.data.get(form.add_prefix('name')) or text.format(number=number), form))
        return [(title, fault) for title, form in titled for fault in faults_of(form, self.user, with_missing=True)]


def _kept(forms: Iterable) -> list:
    return [form for form in forms if not form.is_removed and form.may_change]


def _removed(forms: Iterable) -> list:
    return [form for form in forms if form.is_removed and form.may_remove]
