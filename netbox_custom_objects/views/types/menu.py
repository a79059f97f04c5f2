"""The menu on the list of types of what is done with whole models."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from netbox.object_actions import ObjectAction
from utilities.permissions import get_permission_for_model

from ...models.applied_files import changed_files
from ..documents.apply import ImportModel
from ..documents.export import ExportModel
from ..documents.gallery import Gallery
from ..reference_check import CheckReferences
from ..spreadsheets import FromSpreadsheet
from .deleted import Deleted
from .map import ShowMap


class MoreMenu(ObjectAction):
    """Leads to the pages that the user may open, in groups."""

    name = 'more'
    label = _('More')
    permissions_required = frozenset(('view',))
    template_name = 'netbox_custom_objects/buttons/more_menu.html'
    groups = ((Gallery, FromSpreadsheet), (ImportModel, ExportModel), (ShowMap, Deleted, CheckReferences))

    @classmethod
    def get_context(cls, context, obj):
        user = context['request'].user
        groups = [[_entry(action, user, obj) for action in group if _may(user, action, obj)] for group in cls.groups]
        return {
            'groups': list(filter(None, groups)),
            'hint': next((entry['hint'] for group in groups for entry in group if entry['hint']), ''),
        }


def _entry(action: type[ObjectAction], user, model) -> dict:
    count = changed_files(user).count() if action is ImportModel else 0
    hint = ngettext(
        '{count} data file has changed since it was applied',
        '{count} data files have changed since they were applied',
        count,
    )
    return {
        'url': action.get_url(model),
        'label': action.label,
        'icon': action.icon,
        'count': count,
        'hint': hint.format(count=count) if count else '',
    }


def _may(user, action: type[ObjectAction], model) -> bool:
    return user.has_perms([get_permission_for_model(model, name) for name in action.permissions_required])
