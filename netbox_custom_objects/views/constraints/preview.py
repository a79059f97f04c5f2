"""
What the form of a constraint shows while it is filled in: errors, objects that do not meet it, what saving would do.

May import services and forms. Nothing is saved here.
"""

from dataclasses import dataclass

from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...exceptions import SchemaChangeRefused
from ...forms import CustomObjectTypeConstraintForm
from ...forms.faults import Fault, faults_of, linked, missing_in
from ...models import CustomObjectTypeConstraint
from ...models.rows.convert import constraint_definition
from ...runtime.context import current_alias
from ...services.constraints import find_offenders
from ...services.plans import plan_constraint
from ...services.preview import Step
from ..base import LivePreviewView


@dataclass(frozen=True, slots=True)
class ConstraintPreview:
    """What is known about a form that is being filled in."""

    faults: tuple[Fault, ...] = ()
    # Labels of required inputs that are still empty.
    missing: tuple[str, ...] = ()
    # Why it could not be saved, although the form is valid.
    reason: str = ''
    # (text, URL) of objects that do not meet it, and whether there are others.
    offenders: tuple[tuple[str, str], ...] = ()
    has_hidden_offenders: bool = False
    # Whether objects were looked at, which takes too long in a large table.
    is_checked: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.reason or self.offenders or self.has_hidden_offenders)

    @property
    def is_job(self) -> bool:
        return any(step.deferred for step in self.steps)


def preview_of(form, user) -> ConstraintPreview:
    """Return the preview of a bound form of a constraint."""
    if not form.is_valid():
        return ConstraintPreview(tuple(faults_of(form, user)), tuple(missing_in(form)))
    offenders = find_offenders(constraint_definition(form.instance), current_alias())
    if offenders:
        links = linked(form.instance.custom_object_type_id, offenders, user)
        return ConstraintPreview(offenders=tuple(links), has_hidden_offenders=len(links) < len(offenders))
    try:
        steps = plan_constraint(form.instance)
    except SchemaChangeRefused as error:
        return ConstraintPreview(reason=error.message)
    return ConstraintPreview(is_checked=offenders is not None, steps=tuple(steps))


@register_model_view(CustomObjectTypeConstraint, 'preview', detail=False)
@register_model_view(CustomObjectTypeConstraint, 'preview')
class ConstraintPreviewView(LivePreviewView):
    """Answers the inputs of the form with the preview, for its page to show."""

    queryset = CustomObjectTypeConstraint.objects.all()
    template_name = f'{APP_LABEL}/inc/constraint_preview.html'
    form = CustomObjectTypeConstraintForm
    preview_of = staticmethod(preview_of)
