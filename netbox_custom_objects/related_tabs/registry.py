"""Registration of the tab."""

from ..compat.related_tabs import register_combined_tabs, register_tabs

__all__ = ('register_combined_tabs', 'register_tabs')
