"""
Targets of references that the user of a form may not view: they are not offered, and no edit unlinks them.

May import models.readers, which knows the user. A reference that is set to another target loses a hidden one: that is
what the user asked for.
"""

from itertools import chain

from django.core.validators import EMPTY_VALUES
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..field_types import field_type_of
from ..models.readers import hidden_from_user
from ..runtime.classes.memo import surfaced_fields


def hidden_targets(instance, names) -> dict:
    """
    Return {field: targets that the user may not view} of a stored object; only references that have some.

    Args:
        instance: the object
        names: names of fields that are looked at
    """
    return hidden_targets_of_all([instance], names)[instance.pk]


def hidden_targets_of_all(instances, names) -> dict[int, dict]:
    """Return what `hidden_targets` returns of each of some stored objects of one type, by id."""
    found: dict[int, dict] = {instance.pk: {} for instance in instances}
    for field in surfaced_fields(type(instances[0])) if instances else ():
        if field.name not in names or not field_type_of(field).is_reference:
            continue
        targets = {instance.pk: _targets(instance, field) for instance in instances}
        hidden = {id(target) for target in hidden_from_user(chain.from_iterable(targets.values()))}
        for pk, of_instance in targets.items():
            if kept := [target for target in of_instance if id(target) in hidden]:
                found[pk][field] = kept
    return found


def _targets(instance, field) -> list:
    value = getattr(instance, field.name)
    if field_type_of(field).many:
        return list(value.all())
    return [] if value is None else [value]


def _require_no_choice(form_field) -> None:
    form_field.required = False
    # NetBox's widgets ask themselves.
    form_field.widget.is_required = False


class HiddenTargetsMixin:
    """Keeps what a form does not offer."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound and not self.instance._state.adding:
            self._ask_for_none({name for name, form_field in self.fields.items() if form_field.required})

    def _ask_for_none(self, names) -> None:
        """Let browsers send references without a choice where there is a target that they do not offer."""
        for field in hidden_targets(self.instance, names):
            form_field = self.fields[field.name]
            _require_no_choice(form_field)
            note = _('Refers to an object that you may not view. It is kept unless you choose another one.')
            form_field.help_text = format_lazy('{} {}', form_field.help_text, note) if form_field.help_text else note

    def _clean_fields(self):
        self.hidden_targets = {} if self.instance._state.adding else hidden_targets(self.instance, self.fields)
        for field, hidden in self.hidden_targets.items():
            # Nothing has to be chosen where something is stored, and a disabled input would not find it.
            form_field = self.fields[field.name]
            _require_no_choice(form_field)
            if form_field.disabled:
                stored = self.get_initial_for_field(form_field, field.name)
                many = field_type_of(field).many
                self.initial[field.name] = [target for target in stored if target not in hidden] if many else None
        super()._clean_fields()
        for field, hidden in self.hidden_targets.items():
            self._keep(field, hidden)

    def _keep(self, field, hidden: list) -> None:
        name, many = field.name, field_type_of(field).many
        if many and name in self.cleaned_data:
            self.cleaned_data[name] = [*self.cleaned_data[name], *hidden]
        elif not many and not self._is_chosen(name):
            self.cleaned_data[name] = hidden[0]
            self._errors.pop(name, None)

    def _is_chosen(self, name: str) -> bool:
        """Whether an object was chosen; of a polymorphic reference, whose type is another input, the object counts."""
        value = self[name].data
        return (value[-1] if isinstance(value, (list, tuple)) and value else value) not in EMPTY_VALUES
