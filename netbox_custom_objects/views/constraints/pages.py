"""Pages of constraints. A constraint is shown on its type's page and has none of its own."""

from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from netbox.ui import panels
from netbox.views import generic
from utilities.permissions import get_permission_for_model
from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...forms import CustomObjectTypeConstraintForm
from ...models import CustomObjectTypeConstraint
from ...runtime.classes.registry import world
from ...runtime.shown import field_names, shown_expression
from ..base import TriesAgainMixin, add_button


@register_model_view(CustomObjectTypeConstraint, 'add', detail=False)
@register_model_view(CustomObjectTypeConstraint, 'edit')
class CustomObjectTypeConstraintEditView(TriesAgainMixin, generic.ObjectEditView):
    queryset = CustomObjectTypeConstraint.objects.all()
    form = CustomObjectTypeConstraintForm
    template_name = f'{APP_LABEL}/customobjecttypeconstraint_edit.html'

    def get_extra_addanother_params(self, request):
        return {'custom_object_type': request.POST.get('custom_object_type')}


@register_model_view(CustomObjectTypeConstraint)
class CustomObjectTypeConstraintView(generic.ObjectView):
    """Leads to the type's page, where constraints are shown: REST and the change log refer to a page of each."""

    queryset = CustomObjectTypeConstraint.objects.all()

    def get(self, request, **kwargs):
        return redirect(self.get_object(**kwargs).custom_object_type)


@register_model_view(CustomObjectTypeConstraint, 'delete')
class CustomObjectTypeConstraintDeleteView(TriesAgainMixin, generic.ObjectDeleteView):
    queryset = CustomObjectTypeConstraint.objects.all()


class ConstraintsPanel(panels.ObjectPanel):
    """The constraints of a type, with what they say, and a button to add one."""

    template_name = f'{APP_LABEL}/panels/constraints.html'
    title = _('Constraints')

    def __init__(self):
        super().__init__(actions=[add_button(CustomObjectTypeConstraint, _('Add Constraint'))])

    def get_context(self, context):
        found = super().get_context(context)
        user, custom_object_type = context['request'].user, found['object']
        # The World tells whether to ask.
        definition = world().definition(custom_object_type.pk)
        constraints = []
        if definition is not None and definition.constraints:
            own = CustomObjectTypeConstraint.objects.filter(custom_object_type=custom_object_type)
            constraints = own.restrict(user, 'view')
        rows = [
            {
                'constraint': constraint,
                'fields': field_names(constraint),
                'expression': shown_expression(constraint, constraint.expression or constraint.condition),
            }
            for constraint in constraints
        ]
        rights = {
            f'may_{action}': user.has_perm(get_permission_for_model(CustomObjectTypeConstraint, action))
            for action in ('change', 'delete')
        }
        return {**found, 'rows': rows, **rights}

    def should_render(self, context):
        return context['request'].user.has_perm(get_permission_for_model(CustomObjectTypeConstraint, 'view'))
