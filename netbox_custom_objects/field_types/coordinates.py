"""Field type coordinates: a point on the globe, as a latitude and a longitude that are there both or not at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType

import django_tables2 as tables
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from netbox.ui import attrs

from ..choices import FilterLogicChoices
from ..ddl.spec import Column
from ..expressions import StandIn
from ..expressions.typed.kinds import DECIMAL, Term
from .base import FieldType
from .graphql import related_type
from .number import POINT
from .registry import register
from .shared.cells import CellKind
from .shared.digits import DecimalFormField, DecimalModelField, DecimalValueField
from .shared.filters import DecimalFilter
from .shared.virtual import VirtualField

PLACES = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two numbers: what its attribute and column end in, and how far it goes."""

    name: str
    suffix: str
    label: str
    limit: int
    digits: int


PARTS = (
    Part('latitude', 'lat', _('{label} latitude'), 90, 8),
    Part('longitude', 'lon', _('{label} longitude'), 180, 9),
)


@dataclass(frozen=True, slots=True)
class Point:
    """What the attribute of the field's own name reads."""

    latitude: Decimal
    longitude: Decimal

    def __str__(self):
        return f'{self.latitude}, {self.longitude}'


# In spreadsheets.
PAIR = re.compile(r'\(?\s*([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*[,; ]\s*([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*\)?')


def read_pair(text: str) -> tuple[str, str]:
    found = PAIR.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return tuple(degrees_reader(part)(number) for part, number in zip(PARTS, found.groups()))


def degrees_reader(part: Part) -> Callable[[str], str]:
    """Return what reads one of the two numbers; finer ones are rounded to what is stored."""

    def read(text: str) -> str:
        if not POINT.fullmatch(text) or not text.strip('+-'):
            raise ValueError(text)
        number = Decimal(text)
        if abs(number) > part.limit:
            raise ValueError(text)
        return str(round(number, PLACES))

    return read


@register
class CoordinatesFieldType(FieldType):
    name = 'coordinates'
    label = _('Coordinates')
    icon, words = 'map-marker-outline', _('latitude longitude location gps map')
    color = 'red'
    position = 200
    example = (52.52, 13.405)
    cell_kinds = (
        CellKind(name, read_pair, _('not a latitude and a longitude'), _('both in one column'), rank=120),
        CellKind(PARTS[0].name, degrees_reader(PARTS[0]), _('not a latitude'), _('latitude')),
        CellKind(PARTS[1].name, degrees_reader(PARTS[1]), _('not a longitude'), _('longitude')),
    )
    unique_allowed = False
    default_allowed = False
    convertible = False

    def attribute(self, field, part: Part) -> str:
        return f'{field.name}_{part.name}'

    def attributes(self, field) -> tuple[str, str]:
        return tuple(self.attribute(field, part) for part in PARTS)

    def part_label(self, field, part: Part) -> str:
        return part.label.format(label=field.display_label)

    def example_attributes(self, field, value):
        point = Point(*value)
        return {field.name: point, **{self.attribute(field, part): getattr(point, part.name) for part in PARTS}}

    def example_in_rest(self, field, value):
        return dict(zip(self.attributes(field), value))

    def get_columns(self, field):
        return tuple(
            Column(
                field.column(part.suffix), f'numeric({part.digits},{PLACES})', f'{part.name} of {self.comment(field)}'
            )
            for part in PARTS
        )

    def get_terms(self, field):
        names = [self.attribute(field, part) for part in PARTS]
        return tuple(Term(f'{field.id}_{part.suffix}', name, DECIMAL, name) for part, name in zip(PARTS, names))

    def get_model_fields(self, field, context):
        return {
            field.name: VirtualField(partial(self.get_point, field=field), verbose_name=field.display_label),
            **{self.attribute(field, part): self.get_part(field, part) for part in PARTS},
        }

    def get_part(self, field, part: Part) -> DecimalModelField:
        """Return the model field of the latitude or the longitude."""
        kwargs = self.model_field_kwargs(field) | {
            'verbose_name': self.part_label(field, part),
            'db_column': field.column(part.suffix),
            'validators': [MinValueValidator(-part.limit), MaxValueValidator(part.limit)],
        }
        return DecimalModelField(max_digits=part.digits, decimal_places=PLACES, **kwargs)

    def get_point(self, instance, field) -> Point | None:
        """Return where an object is, None if unknown."""
        values = [getattr(instance, name) for name in self.attributes(field)]
        return None if None in values else Point(*values)

    def get_plain_value(self, instance, field, reads=None):
        point = self.get_point(instance, field)
        attributes = {part.name: getattr(point, part.name) for part in PARTS} if point else {}
        return StandIn(str(point), MappingProxyType(attributes)) if point else None

    def readable_attributes(self, field):
        return frozenset(part.name for part in PARTS)

    def clean_instance(self, instance, field):
        latitude, longitude = self.attributes(field)
        if (getattr(instance, latitude) is None) != (getattr(instance, longitude) is None):
            raise ValidationError({latitude: _('Enter both latitude and longitude, or neither.')})

    def get_empty_condition(self, field):
        latitude, longitude = self.attributes(field)
        return models.Q(**{f'{latitude}__isnull': True}) | models.Q(**{f'{longitude}__isnull': True})

    def payload_names(self, field):
        return {self.attribute(field, part): f'{field.payload_key}_{part.name}' for part in PARTS}

    def is_surfaced(self, field, names):
        return all(name in names for name in self.attributes(field))

    def attribute_names(self, field):
        return {field.name, *super().attribute_names(field)}

    def to_payload(self, field, value, stored=None):
        # As the column will give it back: 47.5 must not differ from 47.500000.
        return str(round(stored, PLACES)) if isinstance(stored, Decimal) and stored.is_finite() else value

    def get_form_fields(self, field, **kwargs):
        return {self.attribute(field, part): self.get_form_part(field, part, **kwargs) for part in PARTS}

    def get_form_part(self, field, part: Part, **kwargs) -> DecimalFormField:
        form_field = DecimalFormField(
            min_value=-part.limit,
            max_value=part.limit,
            max_digits=part.digits,
            decimal_places=PLACES,
            label=self.part_label(field, part),
            **self.form_field_kwargs(field, **kwargs),
        )
        return self.annotate_form_field(field, form_field)

    def get_import_values(self, instance, field):
        values = {name: getattr(instance, name) for name in self.attributes(field)}
        return {name: '' if value is None else str(value) for name, value in values.items()}

    def get_filterform_fields(self, field):
        return {
            self.attribute(field, part): DecimalFormField(required=False, label=self.part_label(field, part))
            for part in PARTS
        }

    def get_filters(self, field):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        names = {part: self.attribute(field, part) for part in PARTS}
        return {
            name: DecimalFilter(field_name=name, label=self.part_label(field, part)) for part, name in names.items()
        }

    def get_serializer_fields(self, field, model):
        return {
            self.attribute(field, part): DecimalValueField(
                min_value=-part.limit,
                max_value=part.limit,
                max_digits=part.digits,
                decimal_places=PLACES,
                **self.declared_kwargs(field, model) | {'label': self.part_label(field, part)},
            )
            for part in PARTS
        }

    def get_serializer_names(self, field):
        return self.attributes(field)

    def get_table_column_field(self, field):
        return tables.Column(
            order_by=self.attributes(field), linkify=field.primary or None, verbose_name=field.display_label
        )

    def get_attribute(self, field):
        latitude, longitude = self.attributes(field)
        return attrs.GPSCoordinatesAttr(latitude, longitude, label=field.display_label)

    def get_graphql_annotations(self, field, related=related_type):
        return dict.fromkeys(self.attributes(field), Decimal | None)

    def get_clone_attributes(self, field):
        return self.attributes(field)

    def get_search_values(self, instance, field):
        point = self.get_point(instance, field)
        return {field.name: None if point is None else str(point)}

    def quick_search_lookups(self, field):
        return tuple(f'{name}__icontains' for name in self.attributes(field))
