"""Filters for NetBox's templates: export templates, config templates, custom links, webhooks. Loaded by NetBox."""

from .runtime.reverse import linked_for_template

filters = {'linked_objects': linked_for_template}
