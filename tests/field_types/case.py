"""
What a case is: one field type, with a few of its values as every surface has them. The contract runs each case.

The test module of a type, `test_<type>.py`, holds
- `CASES`: one, or several if the type has variants that are stored or shown in their own way;
- `BAD_INPUTS`: at least 64 different JSON values that REST refuses, sent under the key `value` unless they are `Keys`;
  `BAD_INPUTS_FIELD` may hold more arguments of make_field for them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from netbox_custom_objects.field_types.base import FieldType
from netbox_custom_objects.field_types.registry import field_type_named
from tests.support.factories import make_field

# The field of the case's type is called this in every test of the contract.
NAME = 'value'
# Stands for the object without a value in a filter's matches.
NULL = None
SAME = object()


class Keys(dict):
    """Values by the names of inputs, keys or columns, for types that have more than the one called `value`."""


@dataclass(frozen=True)
class Sample:
    """One value as each surface has it; each dict is keyed by names that begin with `value`."""

    # What the model attribute holds, as in Case.values.
    value: Any
    # What is written over REST, and what is read there.
    rest: dict
    reads: dict
    # What the add, edit and bulk edit forms are sent.
    form: dict
    # The columns of an imported and of an exported file.
    text: dict
    # What the list page shows.
    cell: str
    # What change records hold; `value` stands for the field's payload key.
    payload: dict
    # Further attributes of the object that belong to the value, such as the title of an address.
    extra: dict = field(default_factory=dict)


def sample(
    value, rest=SAME, *, reads=SAME, form=SAME, text=SAME, cell=SAME, payload=SAME, extra: dict | None = None
) -> Sample:
    """
    Return a sample; what is left out is like its neighbour: rest = value, reads and payload = rest, form = str(rest),
    text and cell = form. What is no `Keys` stands under the key `value`.
    """
    rest = by_key(value if rest is SAME else rest)
    reads = rest if reads is SAME else by_key(reads)
    form = {key: str(part) for key, part in rest.items()} if form is SAME else by_key(form)
    text = form if text is SAME else by_key(text)
    return Sample(
        value=value,
        rest=rest,
        reads=reads,
        form=form,
        text=text,
        cell=text[next(iter(text))] if cell is SAME else cell,
        payload=reads if payload is SAME else by_key(payload),
        extra=extra or {},
    )


def by_key(value) -> dict:
    return value if isinstance(value, Keys) else Keys({NAME: value})


@dataclass(frozen=True)
class Filter:
    """A query parameter, its value (a list: the parameter repeated), and which samples it finds, by their number."""

    parameter: 'str | Later'
    value: Any
    # Numbers of samples; NULL for the object that has no value.
    matches: tuple


@dataclass(frozen=True)
class Case:
    """Values are what a model attribute holds; defaults are what the JSON column `default` holds."""

    type: str
    # As format_type() spells them; the first column is the value's, none for link tables.
    columns: tuple[str, ...]
    # At least two different values, none of them empty.
    values: tuple
    # (JSON default, value that an object gets), None for types that allow no default.
    default: tuple[Any, Any] | None
    bad_values: tuple = ()
    bad_defaults: tuple = ()
    # Values that a required field refuses, besides None.
    empty: tuple = ()
    # Values that are stored as null, which a required field refuses, too.
    blank: tuple = ()
    unique: bool = True
    # Makes what the field needs: returns more arguments of make_field.
    needs: Callable[[], dict] = field(default=dict)
    is_polymorphic: bool = False
    # Tells apart cases of one type.
    variant: str = ''
    # The type of another field, from which the value is computed: values are written to it, and read of the case's own.
    source: str = ''

    # The attribute that holds the value; several if the value is a tuple. The first name of `keys` is the one under
    # which errors stand.
    attribute: str | tuple[str, ...] = NAME
    keys: tuple[str, ...] = (NAME,)
    # What a reference to many gives back, of its manager.
    links: Callable = lambda manager: sorted(manager.values_list('pk', flat=True))
    # The lookup of objects that refer to a target, for references to many.
    lookup: Callable = lambda target: {NAME: target}

    # What surfaces are tested with. At least two samples, different in every respect.
    samples: tuple[Sample, ...] = ()
    # Every filter that the type has must be among these.
    filters: tuple[Filter, ...] = ()
    # (parameter, value) pairs that are answered with a 400.
    bad_filters: tuple[tuple[str, str], ...] = ()
    # Numbers of the samples in ascending order, None for types that cannot be sorted by.
    order: tuple[int, ...] | None = None
    # The form's fields, if their inputs have other names.
    form_fields: tuple[str, ...] = ()
    # What the form, a file and REST refuse. None: the type takes whatever can be typed there.
    bad_form: dict | None = None
    bad_text: dict | None = None
    bad_rest: Any = SAME
    # Global search and `?q=` find sample 0, and no other, by these words; None for types that are not searched.
    word: str | None = None
    quick: str | None = None
    # A pattern that sample 0 matches and sample 1 does not, for types with validation_regex.
    regex: str | None = None
    # (minimum, maximum) between which sample 0 lies and sample 1 does not, for types with limits.
    bounds: tuple[int | None, int | None] | None = None
    # The values that OPTIONS offers.
    choices: tuple = ()
    # What REST is sent for no value.
    nothing: dict | None = None
    # What GraphQL's schema is told of the type: an annotation, or Keys of several.
    graphql: Any = None
    clonable: bool = True
    # Whether a new object gets a value by itself, which forms only show.
    is_drawn: bool = False

    def __str__(self):
        return self.variant or self.type

    @property
    def field_type(self) -> FieldType:
        return field_type_named(self.type, self.is_polymorphic)

    @property
    def key(self) -> str:
        return self.keys[0]

    @property
    def none(self) -> dict:
        return self.nothing or {self.key: None}

    def fields_of(self, sample: Sample) -> list[str]:
        """Return the names of the form fields that a sample fills in."""
        return list(self.form_fields or sample.form)

    def source_of(self, name: str = NAME) -> str:
        """Return what the field is called from which a field is computed."""
        return f'source_{name}'

    def source_fields(self, name: str = NAME) -> list[dict]:
        """Return what the field must have beside it: the one that values are written to, if it is another one."""
        return [{'name': self.source_of(name), 'type': self.source}] if self.source else []

    def reading(self, name: str = NAME) -> dict:
        """Return how the field reads what stands beside it, as more of its arguments."""
        return {'expression': self.source_of(name)} if self.source else {}

    def add_source(self, custom_object_type, name: str = NAME) -> dict:
        """Make what the field must have beside it, unless it is there; return how the field reads it."""
        for found in self.source_fields(name):
            if not custom_object_type.fields.filter(name=found['name']).exists():
                make_field(custom_object_type, **found)
        return self.reading(name)

    def store(self, obj, value, name: str = NAME) -> None:
        """Set the attribute, or the attributes, of an object to a value of the case."""
        parts = {self.source_of(name): value} if self.source else self.attributes(value, name)
        for attribute, part in parts.items():
            setattr(obj, attribute, part)

    def load(self, obj, name: str = NAME):
        """Return what `store` set."""
        if isinstance(self.attribute, str):
            return getattr(obj, self.attribute.replace(NAME, name, 1))
        parts = tuple(getattr(obj, attribute.replace(NAME, name, 1)) for attribute in self.attribute)
        return None if all(part is None for part in parts) else parts

    def attributes(self, value, name: str = NAME) -> dict:
        """Return a value as keyword arguments of the model class or of `filter()`."""
        if self.source:
            return {self.source_of(): value}
        if isinstance(self.attribute, str):
            return {self.attribute.replace(NAME, name, 1): value}
        parts = value if isinstance(value, tuple) else (value,) * len(self.attribute)
        return {attribute.replace(NAME, name, 1): part for attribute, part in zip(self.attribute, parts)}


class Later:
    """Stands for something that is only known when a test runs."""

    def __init__(self, find: Callable, text: str = 'later'):
        self.find = find
        self.text = text

    def __repr__(self):
        return self.text


def resolve(value):
    """Return a case's value with what is known by now in place of what stands for it."""
    if isinstance(value, Later):
        return value.find()
    if isinstance(value, (list, tuple)):
        return type(value)(resolve(item) for item in value)
    if isinstance(value, dict):
        return type(value)((resolve(key), resolve(item)) for key, item in value.items())
    return value


class Having(dict):
    """Equals every dict that holds at least these items."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, dict) and all(key in other and other[key] == value for key, value in self.items())


def text_lookups(*texts: str, name: str = NAME, empty: bool = True) -> tuple[Filter, ...]:
    """Return NetBox's text lookups for samples with these texts, all but the base filter."""
    first = texts[0]
    part, start, end = first[1:4].swapcase(), first[:3].swapcase(), first[-3:].swapcase()
    tests = {
        '': (first, lambda text: text == first),
        'ic': (part, lambda text: part.lower() in text.lower()),
        'isw': (start, lambda text: text.lower().startswith(start.lower())),
        'iew': (end, lambda text: text.lower().endswith(end.lower())),
        'ie': (first.swapcase(), lambda text: text.lower() == first.lower()),
    }
    found = []
    for lookup, (needle, test) in tests.items():
        matches = tuple(number for number, text in enumerate(texts) if test(text))
        rest = (*(number for number in range(len(texts)) if number not in matches), NULL)
        if lookup:
            found.append(Filter(f'{name}__{lookup}', needle, matches))
        found.append(Filter(f'{name}__n{lookup}', needle, rest))
    prefix = first[:2]
    found.append(Filter(f'{name}__regex', f'^{prefix}', _starting(texts, prefix)))
    found.append(Filter(f'{name}__iregex', f'^{prefix.swapcase()}', _starting(texts, prefix, lower=True)))
    return (*found, *empty_lookup(len(texts), name)) if empty else tuple(found)


def _starting(texts, prefix, lower=False):
    if lower:
        return tuple(number for number, text in enumerate(texts) if text.lower().startswith(prefix.lower()))
    return tuple(number for number, text in enumerate(texts) if text.startswith(prefix))


def empty_lookup(count: int, name: str = NAME) -> tuple[Filter, ...]:
    """Return both uses of `__empty` for this many samples."""
    return (
        Filter(f'{name}__empty', 'true', (NULL,)),
        Filter(f'{name}__empty', 'false', tuple(range(count))),
    )


def ordered_lookups(*values: str, order: tuple[int, ...], name: str = NAME) -> tuple[Filter, ...]:
    """Return the lookups of numbers and dates, for samples asked for by these values that sort in this order."""
    middle = order[len(order) // 2]
    place = {number: position for position, number in enumerate(order)}

    def those(test):
        return tuple(number for number in sorted(place) if test(place[number]))

    here, needle = place[middle], values[middle]
    return (
        Filter(name, needle, (middle,)),
        Filter(name, [values[0], values[1]], (0, 1)),
        Filter(f'{name}__n', needle, (*those(lambda position: position != here), NULL)),
        Filter(f'{name}__lt', needle, those(lambda position: position < here)),
        Filter(f'{name}__lte', needle, those(lambda position: position <= here)),
        Filter(f'{name}__gt', needle, those(lambda position: position > here)),
        Filter(f'{name}__gte', needle, those(lambda position: position >= here)),
        *empty_lookup(len(values), name),
    )
