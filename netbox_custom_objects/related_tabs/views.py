"""Views of the tab."""

from ..compat.related_tabs import make_co_combined_view, register_combined_tabs

__all__ = ('make_co_combined_view', 'register_combined_tabs')
