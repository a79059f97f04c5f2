"""
What the plugin adds to pages of NetBox and netbox-branching: changes of custom objects under current field names.

Change data are keyed by payload keys (decision 9), which survive renames and read `title__1`; people want `title`.
"""

from django.contrib.contenttypes.models import ContentType

from netbox.plugins import PluginTemplateExtension

from .constants import APP_LABEL
from .models.change_data import readable


class NamedChanges(PluginTemplateExtension):
    """Base: a table of what changed, one row per field, one column per state."""

    def states(self, change) -> tuple[ContentType, dict[str, dict | None]]:
        """Return the changed object's type, and the states to show by their titles' keys."""
        raise NotImplementedError

    def full_width_page(self):
        content_type, states = self.states(self.context['object'])
        if content_type.app_label != APP_LABEL:
            return ''
        model = content_type.model_class()
        if not hasattr(model, '_payload_names'):
            return ''
        named = {title: readable(model, data) for title, data in states.items() if data}
        keys = list(dict.fromkeys(key for data in named.values() for key in data))
        rows = [(key, [data.get(key) for data in named.values()]) for key in keys]
        if len(named) > 1:
            rows = [(key, values) for key, values in rows if any(value != values[0] for value in values)]
        if not rows:
            return ''
        return self.render('netbox_custom_objects/panels/named_changes.html', {'titles': list(named), 'rows': rows})


class ObjectChangeContent(NamedChanges):
    models = ('core.objectchange',)

    def states(self, change):
        states = {'Before': change.prechange_data_clean, 'After': change.postchange_data_clean}
        return change.changed_object_type, states


class ChangeDiffContent(NamedChanges):
    models = ('netbox_branching.changediff',)

    def states(self, change):
        states = {'Original': change.original, 'Branch': change.modified, 'Main': change.current}
        return change.object_type, states


template_extensions = [ObjectChangeContent, ChangeDiffContent]
