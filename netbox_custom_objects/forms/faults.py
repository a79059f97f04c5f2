"""
What is wrong with a form that is being filled in, input by input, for the page to show while people type.

May import runtime. Objects that stand in the way are linked, as far as the user may view them (invariant I11).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from ..exceptions import ObjectsInTheWay
from ..runtime.classes.registry import world

# How many objects an error leads to.
OBJECTS_LINKED = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """One message about an input."""

    message: str
    # The name of the input, and what it is called; '' for what is about the whole form.
    name: str = ''
    label: str = ''
    # (text, URL) of stored objects that are the reason.
    objects: tuple[tuple[str, str], ...] = ()


def faults_of(form: forms.BaseForm, user, with_missing: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with a form that was validated; what is only missing yet, if that is wanted."""
    missing = set() if with_missing else {name for name, error in _errors(form) if error.code == 'required'}
    for name, error in _errors(form):
        if name not in missing:
            links = linked(error.type_id, error.pks, user) if isinstance(error, ObjectsInTheWay) else ()
            for message in error.messages:
                # What is missing stands out beside its input already.
                shown = form.add_prefix(name) if name in form.fields and error.code != 'required' else ''
                label = str(form[name].label) if name in form.fields else ''
                yield Fault(message, shown, label, tuple(links))


def missing_in(form: forms.BaseForm) -> list[str]:
    """Return the labels of required inputs that are still empty."""
    return [str(form[name].label) for name, error in _errors(form) if error.code == 'required' and name in form.fields]


def _errors(form: forms.BaseForm) -> Iterator[tuple[str, ValidationError]]:
    for name, errors in form.errors.as_data().items():
        for error in errors:
            yield '' if name == NON_FIELD_ERRORS else name, error


def linked(type_id: int, pks: list[int], user) -> list[tuple[str, str]]:
    """Return (text, URL) of objects of a type that a user may view, of the first few."""
    model = world().model(type_id)
    if model is None:
        return []
    viewable = model.objects.restrict(user, 'view').filter(pk__in=pks).order_by('pk')
    return [(str(found), found.get_absolute_url()) for found in viewable[:OBJECTS_LINKED]]
