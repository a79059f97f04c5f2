"""Functions under the names by which third parties import them (contract, chapter 11)."""

from .compat.utilities import (
    AppsProxy,
    extract_cot_id_from_model_name,
    generate_model,
    get_viewname,
    is_branching_enabled,
    restrict_to_viewable,
)

__all__ = (
    'AppsProxy',
    'extract_cot_id_from_model_name',
    'generate_model',
    'get_viewname',
    'is_branching_enabled',
    'restrict_to_viewable',
)
