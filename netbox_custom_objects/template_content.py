"""What the plugin adds to pages of NetBox: what a change record changed, in people's words; the errors of imports."""

from django.urls import reverse

from netbox.plugins import PluginTemplateExtension

from .constants import APP_LABEL
from .services.changes.records import CARD, card, changes_between
from .views.objects.importing import ERRORS


class ObjectChangeContent(PluginTemplateExtension):
    """The first card of a change record: NetBox's own show change data as machines read them."""

    models = ('core.objectchange',)

    def alerts(self):
        change = self.context['object']
        content_type = change.changed_object_type
        if content_type is None or content_type.app_label != APP_LABEL:
            return ''
        changes = changes_between(
            content_type.model_class(),
            change.changed_object_id,
            change.prechange_data_clean or None,
            change.postchange_data_clean or None,
            self.context['request'].user,
        )
        return self.render(CARD, card(change, changes)) if changes else ''


class ImportErrors(PluginTemplateExtension):
    """A button on the page of a job that has imported objects in vain."""

    models = ('core.job',)

    def buttons(self):
        job = self.context['object']
        if not isinstance(job.data, dict) or ERRORS not in job.data:
            return ''
        url = reverse(f'plugins:{APP_LABEL}:import_errors', args=[job.pk])
        return self.render('netbox_custom_objects/buttons/import_errors.html', {'url': url})


template_extensions = [ObjectChangeContent, ImportErrors]
