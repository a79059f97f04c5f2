"""
What the editor of fields shows of a field that is being edited: errors, what saving would do, how it will look.

May import services and forms. Nothing is saved here: the form is validated, and the plan is computed.
"""

from dataclasses import dataclass

from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...exceptions import SchemaChangeRefused
from ...forms import CustomObjectTypeFieldForm
from ...forms.examples import Example, example_of
from ...forms.faults import Fault, faults_of, missing_in
from ...models import CustomObjectTypeField
from ...models.rows.convert import field_definition
from ...models.validation.definitions import definition_with
from ...runtime.context import current_alias
from ...services.attention.ignored_rules import ignored_rules
from ...services.dependents import Group, dependents_of_change, grouped
from ...services.plans import plan_field
from ...services.preview import Step
from ..base import LivePreviewView

INSTANT, JOB, REFUSED = 'instant', 'job', 'refused'


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """What is known about a form that is being filled in."""

    faults: tuple[Fault, ...] = ()
    # Labels of required inputs that are still empty.
    missing: tuple[str, ...] = ()
    # How it would be carried out: INSTANT, JOB or REFUSED; '' while the form is not valid.
    verdict: str = ''
    reason: str = ''
    # What a staged change would change, if that is how it is carried out.
    staged: str = ''
    steps: tuple[Step, ...] = ()
    example: Example | None = None
    # What of the field's rules is not applied.
    ignored: tuple[str, ...] = ()
    # What mentions the field, if its name or type changes; or the name already, if the field is new.
    dependents: tuple[Group, ...] = ()


def preview_of(form, user) -> FieldPreview:
    """Return the preview of a bound form of a field."""
    if not form.is_valid():
        return _invalid(form, user)
    known = {
        'example': example_of(form.instance.definition, user),
        'ignored': tuple(ignored_rules(field_definition(form.instance), definition_with(form.instance))),
        'dependents': tuple(grouped(dependents_of_change(form.instance, current_alias()), user)),
    }
    if form.staged_change is not None:
        return FieldPreview(verdict=JOB, staged=form.staged_change.describe(), **known)
    try:
        steps = tuple(plan_field(form.instance))
    except SchemaChangeRefused as error:
        return FieldPreview(verdict=REFUSED, reason=error.message, **known)
    return FieldPreview(verdict=JOB if any(step.deferred for step in steps) else INSTANT, steps=steps, **known)


def _invalid(form, user) -> FieldPreview:
    is_conversion = form.instance.pk is not None and form.errors.keys() & {'type', 'decimal_digits', 'decimal_places'}
    faults = tuple(faults_of(form, user))
    return FieldPreview(faults, tuple(missing_in(form)), verdict=REFUSED if is_conversion else '')


@register_model_view(CustomObjectTypeField, 'preview', detail=False)
@register_model_view(CustomObjectTypeField, 'preview')
class FieldPreviewView(LivePreviewView):
    """Answers the inputs of the editor with the preview, for its page to show."""

    queryset = CustomObjectTypeField.objects.all()
    template_name = f'{APP_LABEL}/inc/field_preview.html'
    form = CustomObjectTypeFieldForm
    preview_of = staticmethod(preview_of)

    def prepare(self, instance):
        instance.set_edit_context(user=self.request.user)
