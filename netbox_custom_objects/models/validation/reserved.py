"""
Names that a field cannot have, because the model base or its serializer has them already, and what to call it instead.

A name that only a query parameter has is fine: the filter of the field has another one, see `parameter_of`.
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
# Parameters of list requests: a filter of the same name is called otherwise.
QUERY_PARAMETERS = frozenset(
    """
    background brief contact contact_group contact_role created_by_request dry_run exclude export fields filter
    filter_id format limit modified_by_request offset omit ordering owner owner_group owner_group_id owner_id page
    per_page q sort start tag tag_id updated_by_request
    """.split()
)
# Inputs and parameters that NetBox's pages read for purposes of their own, and attributes of forms that its templates
# read, which would find the input of that name instead; names of fields cannot begin with an underscore.
PAGE_INPUTS = frozenset(
    """
    background_job changed_data csrfmiddlewaretoken custom_field_groups embedded errors exclude_columns fieldsets
    hidden_fields include_columns meta_fields non_field_errors nullable_fields owner_group return_url selector_fields
    tableconfig_id visible_fields
    """.split()
)
# In documents of the vendor plugin no field has one of these names, either. It has a reason of its own for `model`.
CONTRACT_NAMES = frozenset(RESERVED_FIELD_NAMES) - {'model'}
# Set on concrete classes, so that the abstract base does not show them; and relations of Django's tagging.
CONCRETE_ATTRIBUTES = frozenset(
    """
    objects pk clone_fields tagged_items actions selection
    """.split()
)
ALL_BUT_ATTRIBUTES = SERIALIZER_KEYS | PAGE_INPUTS | CONTRACT_NAMES | CONCRETE_ATTRIBUTES

# What a type calls its relations from other types, unless a field has a related name (see runtime.classes.factory).
RELATION_RE = re.compile(r'^(r_\d+|table\d+model_.*)$')

# What a filter begins with whose field has the name of a query parameter.
PARAMETER_PREFIX = 'field_'

# What fields can be called that people would give a reserved name.
ALTERNATIVES = {
    'clone': ('copy', 'cloned_from'),
    'contacts': ('contact', 'contact_persons'),
    'created': ('created_on', 'creation_date'),
    'custom_fields': ('attributes', 'more_fields'),
    'display': ('display_text', 'screen'),
    'id': ('identifier', 'number'),
    'images': ('pictures', 'photos'),
    'jobs': ('tasks', 'job_names'),
    'journal_entries': ('journal', 'notes'),
    'last_updated': ('updated_on', 'last_change'),
    'objects': ('items', 'related_objects'),
    'owner': ('owned_by', 'responsible'),
    'tags': ('labels', 'keywords'),
    'url': ('website', 'link_url'),
}


def parameter_of(name: str) -> str:
    """Return what a filter is called that would be called `name`: `field_start` for `start`, which means a page."""
    return f'{PARAMETER_PREFIX}{name}' if name.split('__')[0] in QUERY_PARAMETERS else name


def alternatives(name: str) -> tuple[str, ...]:
    """Return what a field could be called instead of a reserved name; some of it may be taken."""
    return (*ALTERNATIVES.get(name, ()), f'{name}_value', f'own_{name}', f'{name}_1')


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
