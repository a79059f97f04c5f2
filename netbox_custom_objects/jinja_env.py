"""Filters for NetBox's templates: export templates, config templates, custom links, webhooks. Loaded by NetBox."""

from .runtime.inbound.by_related_name import linked_for_template

filters = {'linked_objects': linked_for_template}
