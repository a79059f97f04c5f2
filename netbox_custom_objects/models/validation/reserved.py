"""
Names that a field cannot have, because the model base, its serializer or a query parameter has them already.

Built from the things themselves, so that a new NetBox release brings its own names along.
"""

import re
from functools import cache

from ...constants import RESERVED_FIELD_NAMES
from ..config_contexts import ConfigContextObject
from ..objects import CustomObject

# Keys of the base serializer and its options. For a key `x` DRF calls the serializer's `validate_x`, and one such
# method is there for other purposes.
SERIALIZER_KEYS = frozenset(
    """
    add_tags changelog changelog_message class_type config_context custom_fields display display_url empty_values
    id owner remove_tags tags url
    """.split()
)
# Parameters of list requests that a filter of the same name would take over.
QUERY_PARAMETERS = frozenset(
    """
    background brief contact contact_group contact_role created_by_request dry_run exclude export fields filter
    filter_id format limit modified_by_request offset omit ordering owner owner_group owner_group_id owner_id page
    per_page q sort start tag tag_id updated_by_request
    """.split()
)
# Inputs and parameters that NetBox's pages read for purposes of their own; names of fields cannot
# begin with an underscore.
PAGE_INPUTS = frozenset(
    """
    background_job csrfmiddlewaretoken embedded exclude_columns include_columns return_url tableconfig_id
    """.split()
)
# In documents of the vendor plugin no field has one of these names, either.
CONTRACT_NAMES = frozenset(RESERVED_FIELD_NAMES)
# Set on concrete classes, so that the abstract base does not show them; and relations of Django's tagging.
CONCRETE_ATTRIBUTES = frozenset(
    """
    objects pk clone_fields tagged_items actions selection
    """.split()
)
ALL_BUT_ATTRIBUTES = SERIALIZER_KEYS | QUERY_PARAMETERS | PAGE_INPUTS | CONTRACT_NAMES | CONCRETE_ATTRIBUTES

# What a type calls its relations from other types, unless a field has a related name (see runtime.classes.factory).
RELATION_RE = re.compile(r'^(r_\d+|table\d+model_.*)$')


def is_reserved(name: str) -> bool:
    """Whether a field cannot have this name, regardless of the other fields of its type."""
    return name in reserved_names() or RELATION_RE.match(name) is not None


@cache
def is_built_in(name: str, config_context_enabled: bool = False) -> bool:
    """Whether objects, or their representation in REST, have an attribute of this name that no field can replace."""
    bases = (CustomObject, ConfigContextObject) if config_context_enabled else (CustomObject,)
    return any(hasattr(base, name) for base in bases) or name in SERIALIZER_KEYS | CONCRETE_ATTRIBUTES


@cache
def reserved_names() -> frozenset[str]:
    """Return every name that is taken on all dynamic models."""
    attributes = {name for name in (*dir(CustomObject), *dir(ConfigContextObject)) if not name.startswith('_')}
    for field in CustomObject._meta.get_fields():
        attributes |= {field.name, getattr(field, 'attname', field.name)}
    return frozenset(attributes) | ALL_BUT_ATTRIBUTES
