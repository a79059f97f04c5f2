"""
What comes first: the ways to a first type on the list of types, and what a new type needs before it is used.

May import the pages that are led to.
"""

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from netbox.ui import panels
from users.models import ObjectPermission
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...definitions import model_name
from ...models import CustomObjectType, CustomObjectTypeField
from ..documents.gallery import Gallery
from ..spreadsheets import FromSpreadsheet

GRANT = f'plugins:{APP_LABEL}:customobjecttype_grant'


def first_steps(user) -> list[dict[str, str]]:
    """Return the ways to a first type that are open to a user; none for those who may not add types and fields."""
    models = (CustomObjectType, CustomObjectTypeField)
    if not all(user.has_perm(get_permission_for_model(model, 'add')) for model in models):
        return []
    return [
        {
            'url': reverse(f'plugins:{APP_LABEL}:customobjecttype_design'),
            'icon': 'mdi-vector-square-edit',
            'label': _('Design your first type'),
            'text': _('Name the fields that its objects have, and see what they look like.'),
        },
        {
            'url': Gallery.get_url(CustomObjectType),
            'icon': Gallery.icon,
            'label': _('Choose from the gallery'),
            'text': _('Contracts, assets, BGP sessions and more, with sample objects.'),
        },
        {
            'url': FromSpreadsheet.get_url(CustomObjectType),
            'icon': FromSpreadsheet.icon,
            'label': _('Start from a spreadsheet'),
            'text': _('A field is proposed for each column, and rows become objects.'),
        },
    ]


class NextStepsPanel(panels.ObjectPanel):
    """What may be done with a type that has no objects yet."""

    template_name = f'{APP_LABEL}/panels/next_steps.html'
    title = _('Next Steps')

    def get_context(self, context):
        found = super().get_context(context)
        custom_object_type, user = found['object'], context['request'].user
        model = apps.get_model(APP_LABEL, model_name(custom_object_type.pk))
        return {**found, 'steps': [] if model.objects.exists() else next_steps(custom_object_type, model, user)}

    def should_render(self, context):
        return bool(context['steps'])


def next_steps(custom_object_type: CustomObjectType, model: type, user) -> list[dict[str, str]]:
    steps = []
    if user.has_perm(get_permission_for_model(ObjectPermission, 'add')):
        url = reverse(GRANT, args=[custom_object_type.pk])
        steps.append({'url': url, 'icon': 'mdi-account-key', 'label': _('Grant permissions')})
    if user.has_perm(get_permission_for_model(model, 'add')) and not custom_object_type.deprecated:
        steps += [
            {'url': model._get_action_url('add'), 'icon': 'mdi-plus-thick', 'label': _('Add object')},
            {'url': model._get_action_url('bulk_import'), 'icon': 'mdi-upload', 'label': _('Import')},
        ]
    return steps
