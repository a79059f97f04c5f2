"""
Panels of a type's page: its attributes, and what it is linked with in both directions.

Panels are shared by all requests: everything that depends on the request is computed in `get_context`.
"""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from netbox.ui import actions, attrs, panels
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...definitions import model_name
from ...graphql.faults import faults_of
from ...models import CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.display import problems_of
from ...runtime.classes.registry import world
from ...runtime.context import current_alias
from ...services.attention.deprecated import Deprecated
from ...services.attention.ignored_rules import ignored_constraints, ignored_rules, unique_fields_ignored
from .fields import target_link, targets_of


class ObjectListAction(actions.LinkAction):
    """Leads from a type to its objects."""

    def __init__(self):
        super().__init__(
            f'plugins:{APP_LABEL}:customobject_list', label=_('Objects'), button_icon='format-list-bulleted'
        )

    def get_url(self, context):
        return context['object'].get_list_url()

    def render(self, context):
        permission = f'{APP_LABEL}.view_{model_name(context["object"].pk)}'
        return super().render(context) if context['request'].user.has_perm(permission) else ''


class ExpressionAttr(attrs.TemplatedAttr):
    """Shows an expression, and why it is not used."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, template_name=f'{APP_LABEL}/attrs/expression.html', **kwargs)

    def get_context(self, obj, attr, value, context):
        definition = world().definition(obj.pk)
        problems = problems_of(definition) if definition else []
        return {**super().get_context(obj, attr, value, context), 'problems': problems}


class TypePanel(panels.ObjectAttributesPanel):
    title = _('Custom Object Type')
    actions = [ObjectListAction()]

    name = attrs.TextAttr('name', label=_('Name'), style='font-monospace')
    verbose_name = attrs.TextAttr('display_name', label=_('Verbose name'))
    verbose_name_plural = attrs.TextAttr('title_case_name_plural', label=_('Verbose name (plural)'))
    slug = attrs.TextAttr('slug', label=_('Slug'), style='font-monospace')
    group_name = attrs.TextAttr('group_name', label=_('Menu group'))
    display_expression = ExpressionAttr('display_expression', label=_('Display expression'))
    version = attrs.TextAttr('version', label=_('Version'))
    description = attrs.TextAttr('description', label=_('Description'))
    config_context_enabled = attrs.BooleanAttr('config_context_enabled', label=_('Config context'))


class RelationsPanel(panels.ObjectPanel):
    """The fields by which a type refers to others, and those by which other types refer to it."""

    template_name = f'{APP_LABEL}/panels/relations.html'
    title = _('Relations')

    def get_context(self, context):
        found = super().get_context(context)
        custom_object_type = found['object']
        # The World tells which fields these are, so that types without any cost no query.
        current = world()
        definition = current.definition(custom_object_type.pk)
        own = [field.id for field in definition.fields if field.targets] if definition else []
        label = f'{APP_LABEL}.{model_name(custom_object_type.pk)}'
        others = [field.id for field in current.referring(label) if field.type_id != custom_object_type.pk]
        user = context['request'].user
        fields = self._fields(user, own + others) if own or others else {}
        return {
            **found,
            'outgoing': [self._outgoing(fields[pk]) for pk in own if pk in fields],
            'incoming': [fields[pk] for pk in others if pk in fields],
        }

    @staticmethod
    def _fields(user, pks) -> dict:
        fields = CustomObjectTypeField.objects.restrict(user, 'view').filter(pk__in=pks)
        fields = fields.select_related('custom_object_type', 'related_object_type')
        return {field.pk: field for field in fields.prefetch_related('related_object_types')}

    @staticmethod
    def _outgoing(field) -> dict:
        return {'field': field, 'targets': [target_link(target) for target in targets_of(field)]}

    def should_render(self, context):
        allowed = context['request'].user.has_perm(get_permission_for_model(CustomObjectTypeField, 'view'))
        return allowed and bool(context['outgoing'] or context['incoming'])


class DeprecationPanel(panels.ObjectPanel):
    """What of a type is deprecated, and what of it is due to be removed."""

    template_name = f'{APP_LABEL}/panels/deprecation.html'
    title = _('Deprecation')

    def get_context(self, context):
        found = super().get_context(context)
        custom_object_type = found['object']
        definition = world().definition(custom_object_type.pk)
        entries = [Deprecated(custom_object_type)] if custom_object_type.deprecated else []
        # The World tells whether to ask.
        if pks := [field.id for field in definition.fields if field.deprecated] if definition else []:
            fields = CustomObjectTypeField.objects.restrict(context['request'].user, 'view').filter(pk__in=pks)
            entries += [Deprecated(custom_object_type, field) for field in fields]
        return {**found, 'entries': entries}

    def should_render(self, context):
        return bool(context['entries'])


class FaultsPanel(panels.ObjectPanel):
    """What of a type is defined but cannot be built, and why; and fields that cannot be called as they are."""

    template_name = f'{APP_LABEL}/panels/faults.html'
    title = _('Needs Attention')

    def get_context(self, context):
        shown = super().get_context(context)
        # The World tells whether to ask.
        pk, current = shown['object'].pk, world()
        faults, stand_ins = current.faults_of(pk), current.stand_ins(pk)
        left_out = [fault for fault in faults_of(current.island(pk)) if fault.type.id == pk]
        names = {*stand_ins, *(fault.field.name for fault in (*faults, *left_out) if fault.field)}
        if names:
            fields = CustomObjectTypeField.objects.restrict(context['request'].user, 'view')
            visible = set(fields.filter(custom_object_type=pk, name__in=names).values_list('name', flat=True))
            faults, left_out = (
                [fault for fault in found if fault.field is None or fault.field.name in visible]
                for found in (faults, left_out)
            )
            stand_ins = {name: other for name, other in stand_ins.items() if name in visible}
        return {**shown, 'faults': faults, 'stand_ins': stand_ins, 'left_out': left_out}

    def should_render(self, context):
        return bool(context['faults'] or context['stand_ins'] or context['left_out'])


class IgnoredRulesPanel(panels.ObjectPanel):
    """Which rules of a type and of its fields are not applied, and why."""

    template_name = f'{APP_LABEL}/panels/ignored_rules.html'
    title = _('Rules Without Effect')

    def get_context(self, context):
        found = super().get_context(context)
        definition = world().definition(found['object'].pk)
        rules = {field.id: list(ignored_rules(field, definition)) for field in definition.fields} if definition else {}
        for field, text in unique_fields_ignored(definition, current_alias()) if definition else ():
            rules[field.id].append(text)
        entries = []
        if pks := [pk for pk, texts in rules.items() if texts]:
            fields = CustomObjectTypeField.objects.restrict(context['request'].user, 'view').filter(pk__in=pks)
            entries = [(field, rules[field.pk]) for field in fields]
        if definition and (texts := {rule.id: text for rule, text in ignored_constraints(definition, current_alias())}):
            constraints = CustomObjectTypeConstraint.objects.restrict(context['request'].user, 'view')
            entries += [(constraint, [texts[constraint.pk]]) for constraint in constraints.filter(pk__in=texts)]
        return {**found, 'entries': entries}

    def should_render(self, context):
        return bool(context['entries'])


def count_objects(custom_object_type) -> int:
    """Return how many objects a type has, including those that the user may not view."""
    return apps.get_model(APP_LABEL, model_name(custom_object_type.pk)).objects.count()
