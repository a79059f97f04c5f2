"""NetBox's buttons, which work for custom objects as they are, under names of their own as well."""

from django import template

from utilities.templatetags import buttons

register = template.Library()
register.tags |= buttons.register.tags
register.tags |= {f'custom_object_{name}': tag for name, tag in buttons.register.tags.items()}
