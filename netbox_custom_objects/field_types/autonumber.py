"""
Field type autonumber: text with a number that counts up, such as DEV000042 or 2026-7.

An object that is made without a value draws one when it is saved. Until then its attribute holds TO_BE_DRAWN.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import UIEditableChoices
from ..ddl.numbering import draw_number, follow_number
from ..ddl.target import Target
from ..definitions import number_sequence_name
from .registry import register
from .shared.help import with_hint
from .shared.indexes import field_table
from .text import TextFieldType

TEMPLATE = '{number}'
# {number}, {number:6} or {number:06}, which mean the same, and {year}.
PLACEHOLDER = re.compile(r'\{(?:(number)(?::0?([1-9][0-9]?))?|(year))\}')
# As many digits as a number can be filled up to, and characters that a value can have.
WIDEST, LONGEST = 20, 200


class ToBeDrawn(str):
    """Placeholder for a number that is drawn when the object is saved; never equal to text that users enter."""


TO_BE_DRAWN = ToBeDrawn('to be drawn')


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the numbers of a field are written, and the sequence that they come from."""

    template: str
    restarts: bool
    sequence: str

    def write(self, number: int, year: int) -> str:
        def fill(match):
            return str(year) if match[3] else str(number).zfill(int(match[2] or 1))

        return PLACEHOLDER.sub(fill, self.template)

    def read(self, text: str) -> tuple[int, int | None] | None:
        """Return the number and the year in a text, None if it is not written like this."""
        found = _pattern(self.template).fullmatch(text)
        if found is None:
            return None
        year = found.groupdict().get('year')
        return int(found['number']), None if year is None else int(year)


@lru_cache(256)
def _pattern(template: str) -> re.Pattern:
    parts, end = [], 0
    seen = set()
    for match in PLACEHOLDER.finditer(template):
        name = match[1] or match[3]
        digits = f'[0-9]{{1,{WIDEST}}}' if match[1] else '[0-9]{4}'
        parts += [re.escape(template[end : match.start()]), f'(?P<{name}>{digits})' if name not in seen else digits]
        seen.add(name)
        end = match.end()
    return re.compile(''.join([*parts, re.escape(template[end:])]), re.ASCII)


class NumberedField(models.CharField):
    """Text in which a number is drawn where none was given; a sequence goes on behind one that was given."""

    def __init__(self, *args, numbering: Numbering | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.numbering = numbering

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, 'numbering': self.numbering}

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        model = type(model_instance)
        target = Target.for_alias(router.db_for_write(model, instance=model_instance))
        if isinstance(value, ToBeDrawn):
            value = self._draw(model, target)
            setattr(model_instance, self.attname, value)
        elif value and not self._is_stored(model_instance, value) and (found := self.numbering.read(value)):
            self._follow(target, *found)
        return value

    def _is_stored(self, instance, value: str) -> bool:
        """Whether an object that is changed had the value before: the sequence is behind it."""
        before = getattr(instance, '_prechange_snapshot', None)
        return not instance._state.adding and before is not None and before.get(self.name) == value

    def _draw(self, model, target: Target) -> str:
        numbering = self.numbering
        while True:
            this_year = timezone.localdate().year
            number, year = draw_number(target, numbering.sequence, this_year if numbering.restarts else None)
            text = numbering.write(number, year or this_year)
            # A value entered by hand for another year or template is ignored.
            if not model._base_manager.using(target.alias).filter(**{self.attname: text}).exists():
                return text

    def _follow(self, target: Target, number: int, year: int | None) -> None:
        if not self.numbering.restarts:
            follow_number(target, self.numbering.sequence, number)
        elif year == timezone.localdate().year:
            follow_number(target, self.numbering.sequence, number, year)


class NumberedFormField(forms.CharField):
    """Shows the number of an object, which people do not type."""

    def prepare_value(self, value):
        return None if isinstance(value, ToBeDrawn) else value

    def clean(self, value):
        return value if isinstance(value, ToBeDrawn) else super().clean(value)


@register
class AutonumberFieldType(TextFieldType):
    name = 'autonumber'
    limits_others = False
    label = _('Autonumber')
    color = 'cyan'
    position = 205
    example = 'DEV000042'
    cell_kinds = ()
    regex_allowed = False
    default_allowed = False
    unique_allowed = False
    fits_arrays = False
    length_allowed = False
    has_limitless_values = False
    suggestions_allowed = False
    convertible = False
    numbers_allowed = True
    is_always_unique = True

    def numbering(self, field) -> Numbering:
        sequence = number_sequence_name(field_table(field), field.column())
        return Numbering(field.number_template or TEMPLATE, field.restart_yearly, sequence)

    def option_faults(self, field):
        template = field.number_template or TEMPLATE
        found = [match[1] or match[3] for match in PLACEHOLDER.finditer(template)]
        widths = [int(match[2]) for match in PLACEHOLDER.finditer(template) if match[2]]
        rest = PLACEHOLDER.sub('', template)
        if found.count('number') != 1 or '{' in rest or '}' in rest:
            message = _('Write the template with {number} once, such as DEV{number:06}; {year} is possible, too.')
            return {'number_template': message}
        if any(width > WIDEST for width in widths):
            return {'number_template': _('Numbers can be filled up to 20 digits.')}
        if field.restart_yearly and 'year' not in found:
            return {'restart_yearly': _('Numbers can only begin again each year if the template contains {year}.')}
        return {}

    def get_validators(self, field):
        return [*super().get_validators(field), MaxLengthValidator(LONGEST)]

    def get_columns(self, field):
        (column,) = super().get_columns(field)
        return (replace(column, sequence=self.numbering(field).sequence),)

    def get_model_field(self, field, **kwargs):
        kwargs = {**self.model_field_kwargs(field), 'default': lambda: TO_BE_DRAWN, **kwargs}
        return NumberedField(numbering=self.numbering(field), **kwargs)

    def get_example(self, field):
        return self.numbering(field).write(42, timezone.localdate().year)

    def get_form_field(self, field, **kwargs):
        return NumberedFormField(empty_value=None, **self.form_field_kwargs(field, **kwargs))

    def annotate_form_field(self, field, form_field):
        form_field = super().annotate_form_field(field, form_field)
        form_field.disabled, form_field.required = True, False
        form_field.widget.attrs['placeholder'] = _('Drawn when the object is saved')
        return form_field

    def get_import_fields(self, field):
        found = super().get_import_fields(field)
        form_field = found[field.name]
        form_field.disabled = field.input_mode == UIEditableChoices.NO
        if not form_field.disabled:
            text = _('A number is drawn if the file does not have this column.')
            form_field.help_text = with_hint(form_field.help_text, text)
        return found

    def presence_kwargs(self, field):
        return {**super().presence_kwargs(field), 'required': False}

    def get_clone_attributes(self, field):
        return ()
