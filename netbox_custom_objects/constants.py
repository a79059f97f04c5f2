"""Names and limits that other rooms and third parties import."""

from enum import StrEnum

from .definitions.names import TABLE_MODEL_RE

__all__ = (
    'APP_LABEL',
    'COMMON_MODEL',
    'CONFIG_CONTEXT_DIMENSION_FIELDS',
    'DEFAULT_SETTINGS',
    'DISPLAY_EXPRESSION_SEARCH_WEIGHT',
    'DISPLAY_IN_SEARCH',
    'INCLUDE_MODELS',
    'LONG_JOB_SECONDS',
    'NAME_PATTERN',
    'RESERVED_FIELD_NAMES',
    'RESERVED_SLUGS',
    'TABLE_MODEL_RE',
)

APP_LABEL = 'netbox_custom_objects'
# The model name under which other plugins register what the objects of all types get.
COMMON_MODEL = 'customobject'


class Sender(StrEnum):
    """What signals are about: a model by its label, or a kind of models."""

    TYPE = f'{APP_LABEL}.customobjecttype'
    FIELD = f'{APP_LABEL}.customobjecttypefield'
    # The types that a polymorphic field may refer to.
    FIELD_TARGETS = f'{APP_LABEL}.customobjecttypefield_related_object_types'
    CONSTRAINT = f'{APP_LABEL}.customobjecttypeconstraint'
    CHOICE_SET = 'extras.customfieldchoiceset'
    CHANGE_RECORD = 'core.objectchange'
    # Any class of custom objects; any other model of this app, such as the links of a field; any model at all.
    OBJECT = 'object'
    LINK = 'link'
    ANY = 'any'


# Type and field names: lower-case words joined by single underscores. A double underscore is Django's lookup
# separator and ours in payload keys.
NAME_PATTERN = r'^[a-z0-9]+(_[a-z0-9]+)*$'

# The contract's list (2.3), kept whole so that documents move between both plugins. What else is reserved follows from
# the classes of NetBox, see models.validation.reserved.
RESERVED_FIELD_NAMES = tuple(
    """
    _meta _state DoesNotExist MultipleObjectsReturned bookmarks clean clone contacts created custom_field_data
    custom_object_type custom_object_type_id delete full_clean get_absolute_url id images jobs journal_entries
    last_updated local_context_data model objects owner pk refresh_from_db save serialize_object snapshot subscriptions
    tags to_objectchange
    """.split()
)

# Models that branching always copies although they are not change-logged.
INCLUDE_MODELS = ('dcim.cablepath', 'extras.cachedvalue')

DISPLAY_EXPRESSION_SEARCH_WEIGHT = 100
# The name under which the search index holds the text of a display expression (contract, chapter 9).
DISPLAY_IN_SEARCH = '_display'

# How long a job may run that reads a whole table; NetBox ends others after RQ_DEFAULT_TIMEOUT, five minutes by default.
LONG_JOB_SECONDS = 24 * 3600

# Object fields that feed config contexts, by name, and the model each must refer to.
CONFIG_CONTEXT_DIMENSION_FIELDS = {
    'site': 'dcim.site',
    'tenant': 'tenancy.tenant',
    'role': 'dcim.devicerole',
    'platform': 'dcim.platform',
    'location': 'dcim.location',
    'device_type': 'dcim.devicetype',
    'cluster': 'virtualization.cluster',
}

# First path segments of our own pages and endpoints: a type with such a slug could not be reached.
RESERVED_SLUGS = frozenset(
    (
        'custom-object-types',
        'custom-object-type-fields',
        'custom-object-type-constraints',
        'deleted',
        'job-reports',
        'linked-objects',
        'staged-changes',
        'schema',
        'journal-entries',
    )
)

# PLUGINS_CONFIG['netbox_custom_objects']
DEFAULT_MULTIOBJECT_DISPLAY = 3

DEFAULT_SETTINGS = {
    # One more type than this is refused; 0 or None means no limit.
    'max_custom_object_types': 50,
    # How many targets of one field the tab "Custom Objects" shows before an ellipsis.
    'max_multiobject_display': DEFAULT_MULTIOBJECT_DISPLAY,
    # A type with more objects than this is deleted without one change record per object.
    'type_delete_log_limit': 1000,
    # Days for which deleted fields and types are kept in the database; 0 drops them as soon as no branch uses them,
    # None keeps them for ever.
    'retention_days': 30,
    # Milliseconds that a schema change waits for a lock before it retries, and how often it retries.
    'ddl_lock_timeout': 2000,
    'ddl_lock_retries': 4,
    # Tables with at most this many rows are scanned or rewritten inside the request (indexes, conversions).
    'inline_row_limit': 10000,
    # Lists of all objects of a type with more rows than this show about how many there are; None counts all, always.
    'exact_count_limit': None,
    # Names of groups whose types have a menu of their own, instead of a place in the menu "Custom Objects".
    'top_level_menus': (),
    # {name of a group or of a type: weight}: lower comes first, 100 is the weight of all others.
    'menu_weights': {},
    # Unknown filter parameters of custom object lists are refused with a 400 instead of being ignored.
    'strict_filtering': True,
}

# What is stored of an expression may be longer than what a person may write: keys take the place of names.
STORED_LENGTH = 5_000
