"""
The panels of the detail pages of custom objects, built per type.

Panels are shared by all requests: everything that depends on the request is computed in `get_context`.
"""

from collections.abc import Callable
from typing import ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from extras.ui.panels import ImageAttachmentsPanel
from netbox.ui import layout, panels

from ...choices import UIVisibleChoices
from ...constants import APP_LABEL
from ...definitions import FieldDefinition, TargetRef
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import content_type_id, existing_models
from ...field_types.polymorphic.ui import hidden_text
from ...field_types.shared.deprecation import notice
from ...runtime.classes.conditions import hidden_fields
from ...runtime.classes.memo import per_type, surfaced_fields


class TagsPanel(panels.ObjectPanel):
    """Tags that link to the objects of the same type; NetBox's own panel cannot pass the slug to the URL."""

    template_name = f'{APP_LABEL}/panels/tags.html'
    title = _('Tags')


class GroupPanel(panels.ObjectAttributesPanel):
    """The values of an object's fields of one group; subclassed per type with an attribute for each field."""

    # Of its fields, in the order of the attributes; in capitals, which names of fields are not.
    NAMES: ClassVar[tuple[str, ...]] = ()

    def get_context(self, context):
        found = super().get_context(context)
        hidden = hidden_fields(context['object'])
        shown = (item for name, item in zip(self.NAMES, found['attrs'], strict=True) if name not in hidden)
        # A field that is shown only if set has no placeholder.
        return {**found, 'attrs': [item for item in shown if item['value'] is not None]}

    def should_render(self, context):
        return bool(context['attrs'])


class LinksPanel(panels.ObjectPanel):
    """The objects that a many-valued reference leads to, loaded by htmx as a table of their own."""

    template_name = f'{APP_LABEL}/panels/links.html'

    def __init__(self, field: FieldDefinition, target: TargetRef | None = None, title: str = ''):
        """
        Args:
            field: the field
            target: the type of the objects to show, for a polymorphic field
            title: heading, by default the field's label
        """
        title = title or field.display_label
        super().__init__(title=_('{label} (deprecated)').format(label=title) if field.deprecated else title)
        self.field = field
        self.target = target

    def get_context(self, context):
        instance = context['object']
        target = {'target': self.target.label} if self.target else {}
        url = instance._get_action_url('links', kwargs={'pk': instance.pk, 'field_name': self.field.name, **target})
        shown, hidden = self._counts(instance, context['request'].user)
        # Where nothing is shown, the table itself says how much is hidden.
        return {**super().get_context(context), 'url': url, 'hidden': hidden_text(hidden) if shown else ''}

    def _counts(self, instance, user) -> tuple[int, int]:
        links = getattr(instance, self.field.name)
        if self.target is None:
            return viewable_and_hidden(instance._meta.get_field(self.field.name).related_model, links.all, user)
        model = existing_models(self.field)[self.target]
        return viewable_and_hidden(model, lambda: links.objects_of(model), user)

    def should_render(self, context):
        if self.field.name in hidden_fields(context['object']):
            return False
        if self.target is not None:
            links = getattr(context['object'], self.field.name)
            return links.has_objects_of(content_type_id(self.target))
        if self.field.ui_visible != UIVisibleChoices.IF_SET:
            return True
        return getattr(context['object'], self.field.name).exists()


class RelatedPanel(panels.Panel):
    """The fields by which other custom objects refer to the object, with their numbers; the page has read them."""

    template_name = f'{APP_LABEL}/panels/related.html'
    title = _('Related Custom Objects')

    def get_context(self, context):
        return {**super().get_context(context), 'related': context.get('related')}

    def should_render(self, context):
        return bool(context['related'])


def viewable_and_hidden(model, targets: Callable, user) -> tuple[int, int]:
    """
    Return how many of some objects a user may view, and may not; (0, 0), unasked, if the user may view all of a model.

    Args:
        model: of the objects
        targets: returns a queryset of them
        user: who asks
    """
    everything = model._default_manager.all()
    if not hasattr(everything, 'restrict') or everything.restrict(user, 'view') is everything:
        return 0, 0
    found = targets()
    viewable = found.restrict(user, 'view').count()
    return viewable, found.count() - viewable


@per_type
def get_layout(model) -> layout.Layout:
    """Return the layout of the detail page: groups of fields in two columns, the rest right of them or below."""
    shown = [field for field in surfaced_fields(model) if field.ui_visible != UIVisibleChoices.HIDDEN]
    groups: dict[str, list[FieldDefinition]] = {}
    for field in shown:
        if not field_type_of(field).many:
            groups.setdefault(field.group_name, []).append(field)
    left, right = in_two_columns([(len(fields), group_panel(fields, group)) for group, fields in groups.items()])
    return layout.SimpleLayout(
        left_panels=left,
        right_panels=[*right, RelatedPanel(), TagsPanel(), ImageAttachmentsPanel()],
        bottom_panels=[panel for field in shown if field_type_of(field).many for panel in link_panels(field)],
    )


# How many lines the panels take that are always at the right.
OTHER_LINES = 4


def in_two_columns(found: list[tuple[int, GroupPanel]]) -> tuple[list[GroupPanel], list[GroupPanel]]:
    """
    Return panels of groups at the left and at the right, in their order, about as many lines of each.

    Args:
        found: the number of lines of each panel, and the panel
    """
    total, passed, left = sum(lines for lines, _panel in found) + OTHER_LINES, 0, []
    for lines, panel in found:
        # Half of what is half above the middle belongs to the left.
        if left and passed + lines / 2 > total / 2:
            break
        left.append(panel)
        passed += lines
    return left, [panel for _lines, panel in found[len(left) :]]


def link_panels(field: FieldDefinition) -> list[LinksPanel]:
    """Return the panels of a many-valued reference: one, or one for each type that it may refer to."""
    if not field.is_polymorphic:
        return [LinksPanel(field)]
    return [
        LinksPanel(field, target, title=f'{field.display_label}: {model._meta.verbose_name_plural}')
        for target, model in existing_models(field).items()
    ]


def group_panel(fields: list[FieldDefinition], title: str) -> GroupPanel:
    """Return a panel of some fields; without a title it takes the name of the type."""
    attributes = {}
    for field in fields:
        attribute = attributes[field.name] = field_type_of(field).get_attribute(field)
        if field.description:
            attribute.label = format_html(
                '{} <i class="mdi mdi-information text-primary" role="img" data-bs-toggle="tooltip" title="{}"></i>',
                field.display_label,
                field.description,
            )
        if field.deprecated:
            attribute.label = format_html(
                '{} <span class="badge text-bg-yellow" data-bs-toggle="tooltip" title="{}">{}</span>',
                attribute.label,
                notice(field),
                _('Deprecated'),
            )
        if field.ui_visible == UIVisibleChoices.IF_SET:
            attribute.placeholder = None
    names = {'NAMES': tuple(attributes)}
    return type(GroupPanel)('GroupPanel', (GroupPanel,), {**attributes, **names})(title=title or None)
