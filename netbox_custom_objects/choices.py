"""Choice lists of the definition models (values and order per the public contract)."""

from django.utils.translation import gettext_lazy as _

from utilities.choices import ChoiceSet

__all__ = (
    'ArrayElementTypeChoices',
    'CustomObjectFieldTypeChoices',
    'FilterLogicChoices',
    'MappingFieldTypeChoices',
    'ObjectFieldOnDeleteChoices',
    'SearchWeightChoices',
    'StagedChangeStageChoices',
    'UIEditableChoices',
    'UIVisibleChoices',
)


class CustomObjectFieldTypeChoices(ChoiceSet):
    TYPE_TEXT = 'text'
    TYPE_LONGTEXT = 'longtext'
    TYPE_INTEGER = 'integer'
    TYPE_DECIMAL = 'decimal'
    TYPE_BOOLEAN = 'boolean'
    TYPE_DATE = 'date'
    TYPE_DATETIME = 'datetime'
    TYPE_URL = 'url'
    TYPE_JSON = 'json'
    TYPE_SELECT = 'select'
    TYPE_MULTISELECT = 'multiselect'
    TYPE_OBJECT = 'object'
    TYPE_MULTIOBJECT = 'multiobject'
    TYPE_EMAIL = 'email'
    TYPE_COLOR = 'color'
    TYPE_MAC_ADDRESS = 'mac_address'
    TYPE_DURATION = 'duration'
    TYPE_IP_ADDRESS = 'ip_address'
    TYPE_IP_PREFIX = 'ip_prefix'
    TYPE_COORDINATES = 'coordinates'
    TYPE_ARRAY = 'array'

    CHOICES = (
        (TYPE_TEXT, _('Text'), 'blue'),
        (TYPE_LONGTEXT, _('Text (long)'), 'blue'),
        (TYPE_INTEGER, _('Integer'), 'cyan'),
        (TYPE_DECIMAL, _('Decimal'), 'cyan'),
        (TYPE_BOOLEAN, _('Boolean (true/false)'), 'teal'),
        (TYPE_DATE, _('Date'), 'purple'),
        (TYPE_DATETIME, _('Date & time'), 'purple'),
        (TYPE_URL, _('URL'), 'indigo'),
        (TYPE_JSON, _('JSON'), 'gray'),
        (TYPE_SELECT, _('Selection'), 'orange'),
        (TYPE_MULTISELECT, _('Multiple selection'), 'orange'),
        (TYPE_OBJECT, _('Object'), 'green'),
        (TYPE_MULTIOBJECT, _('Multiple objects'), 'green'),
        (TYPE_EMAIL, _('E-mail address'), 'indigo'),
        (TYPE_COLOR, _('Color'), 'pink'),
        (TYPE_MAC_ADDRESS, _('MAC address'), 'yellow'),
        (TYPE_DURATION, _('Duration'), 'purple'),
        (TYPE_IP_ADDRESS, _('IP address'), 'yellow'),
        (TYPE_IP_PREFIX, _('IP prefix'), 'yellow'),
        (TYPE_COORDINATES, _('Coordinates'), 'red'),
        (TYPE_ARRAY, _('Array'), 'pink'),
    )


# The name by which scripts may know them (contract, chapter 11).
MappingFieldTypeChoices = CustomObjectFieldTypeChoices


class ArrayElementTypeChoices(ChoiceSet):
    """What the items of an array field can be: types of fields with one column and no settings of their own."""

    CHOICES = (
        ('text', _('Text')),
        ('integer', _('Integer')),
        ('decimal', _('Decimal')),
        ('boolean', _('Boolean (true/false)')),
        ('date', _('Date')),
        ('datetime', _('Date & time')),
        ('url', _('URL')),
        ('email', _('Email address')),
        ('ip_address', _('IP address')),
        ('ip_prefix', _('IP prefix')),
    )


class ObjectFieldOnDeleteChoices(ChoiceSet):
    SET_NULL = 'set_null'
    CASCADE = 'cascade'
    PROTECT = 'protect'

    CHOICES = (
        (SET_NULL, _('Clear the field')),
        (CASCADE, _('Delete the custom object')),
        (PROTECT, _('Refuse the deletion')),
    )


class SearchWeightChoices(ChoiceSet):
    CHOICES = (
        (500, _('Default (500)')),
        (100, _('High (100)')),
        (1000, _('Low (1000)')),
        (0, _('Not indexed (0)')),
    )


class FilterLogicChoices(ChoiceSet):
    DISABLED = 'disabled'
    LOOSE = 'loose'
    EXACT = 'exact'

    CHOICES = (
        (DISABLED, _('Disabled')),
        (LOOSE, _('Loose')),
        (EXACT, _('Exact')),
    )


class UIVisibleChoices(ChoiceSet):
    ALWAYS = 'always'
    IF_SET = 'if-set'
    HIDDEN = 'hidden'

    CHOICES = (
        (ALWAYS, _('Always'), 'green'),
        (IF_SET, _('If set'), 'yellow'),
        (HIDDEN, _('Hidden'), 'gray'),
    )


class UIEditableChoices(ChoiceSet):
    YES = 'yes'
    NO = 'no'
    HIDDEN = 'hidden'

    CHOICES = (
        (YES, _('Yes'), 'green'),
        (NO, _('No'), 'red'),
        (HIDDEN, _('Hidden'), 'gray'),
    )


class StagedChangeStageChoices(ChoiceSet):
    """How far a staged change of a field is."""

    PENDING = 'pending'
    FILLING = 'filling'
    CHECKING = 'checking'
    BLOCKED = 'blocked'
    SWITCHING = 'switching'
    SWITCHED = 'switched'
    FINISHING = 'finishing'
    UNDOING = 'undoing'
    CANCELLING = 'cancelling'
    FINISHED = 'finished'
    UNDONE = 'undone'
    CANCELLED = 'cancelled'

    CHOICES = (
        (PENDING, _('Pending'), 'cyan'),
        (FILLING, _('Filling'), 'blue'),
        (CHECKING, _('Checking'), 'blue'),
        (BLOCKED, _('Blocked'), 'red'),
        (SWITCHING, _('Switching'), 'blue'),
        (SWITCHED, _('Switched'), 'green'),
        (FINISHING, _('Finishing'), 'blue'),
        (UNDOING, _('Undoing'), 'orange'),
        (CANCELLING, _('Cancelling'), 'orange'),
        (FINISHED, _('Finished'), 'green'),
        (UNDONE, _('Undone'), 'gray'),
        (CANCELLED, _('Cancelled'), 'gray'),
    )

    # A job is at work, or should be.
    RUNNING = (PENDING, FILLING, CHECKING, SWITCHING, FINISHING, UNDOING, CANCELLING)
    # A person must say how to go on.
    WAITING = (BLOCKED, SWITCHED)
    UNFINISHED = (*RUNNING, *WAITING)
    # The field is still what it was: the change can be called off.
    CANCELLABLE = (PENDING, FILLING, CHECKING, BLOCKED)
