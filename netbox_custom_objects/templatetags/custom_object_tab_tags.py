"""NetBox's tabs of a page, which work for custom objects as they are, under a name of their own as well."""

from django import template

from utilities.templatetags import tabs

register = template.Library()
register.tags |= tabs.register.tags
register.tags |= {f'custom_object_{name}': tag for name, tag in tabs.register.tags.items()}
