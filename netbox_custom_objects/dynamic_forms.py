"""Filter forms under the name by which third parties import them (contract, chapter 11)."""

from .forms import get_filter_form_class as build_filterset_form_class

__all__ = ('build_filterset_form_class',)
