"""
Pages: of types, of their fields, and of custom objects.

Pages of types and fields register with NetBox when their modules are imported, and get their addresses from it.
"""

from importlib import import_module

# The modules with `@register_model_view`.
REGISTERED = (
    'constraints.pages',
    'constraints.preview',
    'reference_check',
    'spreadsheets',
    'staged',
    'documents.apply',
    'documents.export',
    'documents.gallery',
    'fields.filter_builder',
    'fields.pages',
    'fields.preview',
    'fields.suggestions',
    'types.deleted',
    'types.designer',
    'types.fields',
    'types.grant',
    'types.history',
    'types.map',
    'types.objects',
    'types.pages',
)


def register_pages() -> None:
    """Register the pages of types and fields, for get_model_urls()."""
    for name in REGISTERED:
        import_module(f'{__name__}.{name}')
