"""How large a type is, and by which fields without an index it is filtered, for those who may change its fields."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from netbox.ui import panels
from utilities.permissions import get_permission_for_model

from ... import settings
from ...constants import APP_LABEL
from ...ddl.target import Target
from ...ddl.upkeep.sizes import sizes_of
from ...models import CustomObjectTypeField
from ...runtime.classes.registry import world
from ...runtime.context import current_alias
from ...services.attention.unindexed import filters_without_index


class SizePanel(panels.ObjectPanel):
    """Rows and bytes, and filters that read the whole table; each leads to the form in which its field is indexed."""

    template_name = f'{APP_LABEL}/panels/sizes.html'
    title = _('Size')

    def get_context(self, context):
        found = super().get_context(context)
        custom_object_type, user = found['object'], context['request'].user
        definition = world().definition(custom_object_type.pk)
        if definition is None or not user.has_perm(get_permission_for_model(CustomObjectTypeField, 'change')):
            return {**found, 'sizes': None}
        counts = filters_without_index(definition.fields)
        changeable = CustomObjectTypeField.objects.restrict(user, 'change')
        fields = list(changeable.filter(custom_object_type=custom_object_type.pk, pk__in=counts)) if counts else ()
        sizes, limit = self._sizes(custom_object_type, changeable), settings.get('inline_row_limit')
        is_large = sizes is not None and sizes.rows > limit
        entries = self._entries(fields, counts) if is_large else []
        count = self._count(custom_object_type, limit) if sizes is not None and not is_large else None
        return {**found, 'sizes': sizes, 'entries': entries, 'count': count, 'limit': limit}

    @staticmethod
    def _count(custom_object_type, limit: int) -> int | None:
        """Return how many objects a type has, None if more than `limit`; estimates may be old, or missing."""
        count = custom_object_type.get_model().objects.order_by()[: limit + 1].count()
        return count if count <= limit else None

    @staticmethod
    def _sizes(custom_object_type, changeable):
        # How many objects there are is for those who change the tables: they see it in every preview.
        if not changeable.filter(custom_object_type=custom_object_type.pk).exists():
            return None
        return sizes_of(Target.for_alias(current_alias()), custom_object_type.pk)

    @staticmethod
    def _entries(fields, counts: dict[int, int]) -> list[dict]:
        view = f'plugins:{APP_LABEL}:customobjecttypefield_edit'
        entries = [
            {'field': field, 'count': counts[field.pk], 'url': reverse(view, args=[field.pk])} for field in fields
        ]
        return sorted(entries, key=lambda entry: -entry['count'])

    def should_render(self, context):
        return context['sizes'] is not None
