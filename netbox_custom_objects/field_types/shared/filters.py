"""
Filters of the field types: NetBox's, with the answers of the database to wrong input turned into errors.

May import django-filter and NetBox's filters. Their lookup is `exact`; a filterset adds NetBox's other lookups
(`__n`, `__ic` ...) by making more filters of the same class.
"""

import re
from datetime import timedelta
from typing import ClassVar

import django_filters
from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from psycopg.errors import QueryCanceled

from utilities import filters

from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.timeouts import limited
from .choice_sets import choices_of
from .digits import DecimalFormField, IntegerFormField

TRUE_WORDS, FALSE_WORDS = ('true', '1', 'yes'), ('false', '0', 'no')
# PostgreSQL's limit; no zone on earth comes near.
MAX_UTC_OFFSET = timedelta(hours=16)
# Attributes by which a target can be named instead of by its ID, where its model has them.
NAMING_ATTRIBUTES = ('slug', 'name')
# Characters, and milliseconds.
PATTERN_LENGTH, PATTERN_TIMEOUT = 500, 1000
# A pattern's escapes, and openings of groups that may be look-around; other parts do not matter.
PATTERN_PARTS = re.compile(r'\\.|\(\?<?[=!]', re.DOTALL)
UNBOUNDED = re.compile(r'\\[1-9]|\(\?<?[=!]')


class TrueOrFalseField(forms.CharField):
    """A form field that accepts words for true and false and no others."""

    def to_python(self, value):
        word = super().to_python(value).lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        if word:
            raise ValidationError(_('Must be true or false, not {word}.').format(word=word))
        return None


class TrueOrFalseFilter(django_filters.BooleanFilter):
    """A boolean filter that refuses other words: django-filter would ignore them and return everything."""

    field_class = TrueOrFalseField


class EmptyFilter(TrueOrFalseFilter):
    """Matches objects without a value: null, and what counts as none for the type (`empty_values`)."""

    def __init__(self, *args, empty_values=(), **kwargs):
        self.empty_values = empty_values
        super().__init__(*args, lookup_expr='empty', **kwargs)

    def filter(self, queryset, value):
        if value is None:
            return queryset
        empty = Q(**{f'{self.field_name}__isnull': True})
        for empty_value in self.empty_values:
            empty |= Q(**{self.field_name: empty_value})
        return queryset.filter(empty if value else ~empty)


class SingleColumnMixin:
    """The value lies in the object's own row, so that no row can match twice, and `null` means no value."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, 'distinct': False})

    def get_filter_predicate(self, v):
        return {f'{self.field_name}__isnull': True} if v is None else super().get_filter_predicate(v)


class TextFilter(SingleColumnMixin, filters.MultiValueCharFilter):
    """Text, compared in NetBox's twelve ways."""

    @property
    def field(self):
        field = super().field
        if self.lookup_expr in ('regex', 'iregex') and validate_filter_pattern not in field.validators:
            field.validators.append(validate_filter_pattern)
        return field


def validate_filter_pattern(pattern: str) -> None:
    """
    Raise ValidationError unless PostgreSQL takes the regular expression, and runs it in time that grows with the text.

    Its dialect is not Python's. Look-around and references back to groups are what makes it slow on long texts; other
    patterns can only be slow to compile, which is tried here.
    """
    if len(pattern) > PATTERN_LENGTH:
        raise ValidationError(_('Regular expressions can be {n} characters long at most.').format(n=PATTERN_LENGTH))
    if any(UNBOUNDED.fullmatch(part) for part in PATTERN_PARTS.findall(pattern)):
        raise ValidationError(_('Look-around and backreferences are not supported: {text}').format(text=pattern))
    main = Target.for_alias(MAIN_ALIAS)
    try:
        with transaction.atomic(), limited(main, 'statement_timeout', PATTERN_TIMEOUT), main.cursor() as cursor:
            cursor.execute('SELECT %s ~ %s', ['', pattern])
    except DataError as error:
        raise ValidationError(_('Invalid regular expression: {text}').format(text=pattern)) from error
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise ValidationError(_('This regular expression is too complex: {text}').format(text=pattern)) from error


class ChoiceMixin:
    """Whole values must be values of the choice set, parts of values need not."""

    # The lookup that compares whole values.
    whole_lookup: ClassVar[str]

    @property
    def field(self):
        field = super().field
        if self.lookup_expr == self.whole_lookup and self._validate not in field.validators:
            field.validators.append(self._validate)
        return field

    def _validate(self, value):
        ref = self.model._definition.fields_by_name[self.field_name].choice_set
        if value != self.null_value and value not in choices_of(ref):
            raise ValidationError(_('{value} is not one of the available choices.').format(value=value))


class ChoiceFilter(ChoiceMixin, TextFilter):
    """One value of a choice set."""

    whole_lookup = 'exact'


class BigNumberFilter(SingleColumnMixin, filters.MultiValueBigNumberFilter):
    """Whole numbers of 64 bits."""

    field_class = filters.multivalue_field_factory(IntegerFormField)


class DecimalFilter(SingleColumnMixin, filters.MultiValueDecimalFilter):
    """Decimal numbers."""

    field_class = filters.multivalue_field_factory(DecimalFormField)


class DateFilter(SingleColumnMixin, filters.MultiValueDateFilter):
    """Dates."""


class DateTimeFilter(SingleColumnMixin, filters.MultiValueDateTimeFilter):
    """Moments."""

    @property
    def field(self):
        field = super().field
        if validate_offset not in field.validators:
            field.validators.append(validate_offset)
        return field


def validate_offset(moment) -> None:
    """Raise ValidationError for a distance from UTC that PostgreSQL does not take."""
    offset = getattr(moment, 'utcoffset', lambda: None)()
    if offset is not None and abs(offset) >= MAX_UTC_OFFSET:
        raise ValidationError(_('Unknown time zone: {moment}').format(moment=moment))


class MemberFilter(ChoiceMixin, SingleColumnMixin, filters.MultiValueCharFilter):
    """A value of a choice set that a list of them holds."""

    whole_lookup = 'overlap'

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, 'lookup_expr': 'overlap'})

    def get_filter_predicate(self, v):
        return super().get_filter_predicate(v if v is None else [v])


class TargetField(django_filters.fields.ModelMultipleChoiceField):
    """A form field of related objects, given by ID, or by slug or name where they have one."""

    naming_attributes: ClassVar[tuple[str, ...]] = NAMING_ATTRIBUTES

    def _check_values(self, value):
        return super()._check_values([self._as_id(item) for item in value])

    def _as_id(self, value):
        if str(value).isdecimal() or value == self.null_value:
            return value
        self.validate_no_null_characters(value)
        for name in self.naming_attributes:
            if not _has_field(self.queryset.model, name):
                continue
            ids = self._ids_of(name, value)
            if len(ids) == 1:
                return str(ids[0])
        raise ValidationError(self.error_messages['invalid_choice'], code='invalid_choice', params={'value': value})

    def _ids_of(self, name, value) -> list[int]:
        try:
            return list(self.queryset.filter(**{name: value}).values_list('pk', flat=True)[:2])
        except (TypeError, ValueError, ValidationError):
            return []  # A custom object type may have a `name` that is not text.


def _has_field(model, name) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


class TargetFilter(django_filters.ModelMultipleChoiceFilter):
    """Related objects."""

    field_class = TargetField
