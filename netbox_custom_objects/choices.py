"""Choice lists of the definition models (values and order per the public contract)."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from utilities.choices import ChoiceSet, ChoiceSetMeta

__all__ = (
    'ArrayElementTypeChoices',
    'ConstraintTypeChoices',
    'CustomObjectFieldTypeChoices',
    'FieldTypeGroupChoices',
    'FilterLogicChoices',
    'MappingFieldTypeChoices',
    'ObjectFieldOnDeleteChoices',
    'ResultTypeChoices',
    'SearchWeightChoices',
    'StagedChangeStageChoices',
    'UIEditableChoices',
    'UIVisibleChoices',
)


class FilledChoiceSetMeta(ChoiceSetMeta):
    """Makes a choice set of NetBox read its choices when it is asked for them: they come later than the class."""

    def __call__(cls, *args, **kwargs):
        return [(value, label) for value, label, *_color in cls.CHOICES]

    def __iter__(cls):
        return iter(cls())

    def __getattr__(cls, name):
        value = name.removeprefix('TYPE_').lower()
        if name != f'TYPE_{value.upper()}' or value not in cls.values():
            raise AttributeError(f'{cls.__name__} has no choice {name}')
        return value


class FilledChoiceSet(ChoiceSet, metaclass=FilledChoiceSetMeta):
    """A choice set that the field types fill as they are registered. `TYPE_TEXT` is the value `text`."""

    CHOICES = ()

    @classmethod
    def fill(cls, choices: Iterable[tuple]) -> None:
        """
        Replace all choices.

        Args:
            choices: values and labels, and colors if there are any
        """
        cls.CHOICES = tuple(choices)
        cls.colors = {value: color for value, _label, *colors in cls.CHOICES for color in colors}

    @classmethod
    def values(cls):
        return [value for value, *_ in cls.CHOICES]

    @classmethod
    def listed(cls) -> list[tuple]:
        """Return the choices. Fields that are given this method, and not the class, ask again at each use."""
        return cls()


class CustomObjectFieldTypeChoices(FilledChoiceSet):
    """All field types, see field_types.registry."""

    CHOICES = ()


class FieldTypeGroupChoices(ChoiceSet):
    """The groups in which types of fields are offered."""

    CHOICES = (
        ('text', _('Text')),
        ('numbers', _('Numbers')),
        ('choices', _('Choices')),
        ('times', _('Dates and times')),
        ('references', _('References')),
        ('network', _('Network')),
        ('calculated', _('Calculated')),
        ('other', _('Other')),
    )


# The name by which scripts may know them (contract, chapter 11).
MappingFieldTypeChoices = CustomObjectFieldTypeChoices


class ArrayElementTypeChoices(FilledChoiceSet):
    """What the items of an array field can be."""

    CHOICES = ()


class ConstraintTypeChoices(ChoiceSet):
    """What a constraint of a type is about: values that are unique together, or a condition."""

    UNIQUE = 'unique'
    CHECK = 'check'

    CHOICES = ((UNIQUE, _('Unique'), 'purple'), (CHECK, _('Check'), 'blue'))


class ResultTypeChoices(ChoiceSet):
    """What the values of a computed field are: the kinds of the typed language that are single values."""

    CHOICES = (
        ('text', _('Text')),
        ('integer', _('Integer')),
        ('decimal', _('Decimal')),
        ('boolean', _('Boolean (true/false)')),
        ('date', _('Date')),
        ('datetime', _('Date and time')),
        ('duration', _('Duration')),
    )


class AggregateChoices(ChoiceSet):
    """What a rollup makes of the objects that refer to an object."""

    COUNT = 'count'
    SUM = 'sum'
    MIN = 'min'
    MAX = 'max'
    LATEST = 'latest'
    LIST = 'list'

    CHOICES = (
        (COUNT, _('Count')),
        (SUM, _('Sum')),
        (MIN, _('Minimum')),
        (MAX, _('Maximum')),
        (LATEST, _('Latest value')),
        (LIST, _('List of values')),
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


class DeletedKindChoices(ChoiceSet):
    """What was deleted and can be restored."""

    TYPE = 'type'
    FIELD = 'field'

    CHOICES = (
        (TYPE, _('Custom object type'), 'blue'),
        (FIELD, _('Field'), 'gray'),
    )
