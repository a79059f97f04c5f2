"""
What a person wants to be made of a sheet: a type, its fields, and the rows to load; as a document.

Nothing is asked of the database.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field

from ...field_types.coordinates import PARTS
from ...services.arrange_fields import MAX_WEIGHT, WEIGHT_STEP
from ..format import SCHEMA_FORMAT_VERSION
from .guessing import Guess
from .headers import LABEL_LENGTH, name_of
from .kinds import COORDINATES, KINDS, LATITUDE, LONGITUDE, MULTISELECT, OBJECT, SELECT, Kind

# Which rows are loaded.
ALL, FITTING, NONE = 'all', 'fitting', 'none'
CHOICES = (SELECT, MULTISELECT)


@dataclass
class Column:
    """What becomes of one column of the sheet."""

    position: int
    header: str
    use: bool = True
    name: str = ''
    label: str = ''
    kind: str = 'text'
    target: str = ''
    # The name of a choice set; '' for a new one.
    choice_set: str = ''
    required: bool = False
    unique: bool = False
    primary: bool = False
    why: str = ''

    @property
    def kind_of(self) -> Kind:
        return KINDS[self.kind]


@dataclass
class Plan:
    """The whole proposal, as corrected."""

    name: str
    slug: str
    verbose_name: str = ''
    verbose_name_plural: str = ''
    group_name: str = ''
    rows: str = ALL
    columns: list[Column] = field(default_factory=list)

    @property
    def used(self) -> list[Column]:
        return [column for column in self.columns if column.use]

    def choice_sets(self, taken: Collection[str]) -> dict[int, str]:
        """Return the names of new choice sets, by position: named after type and field, and none of those taken."""
        found: dict[int, str] = {}
        for column in self.used:
            if column.kind in CHOICES and not column.choice_set:
                label = column.label or column.name.replace('_', ' ').capitalize()
                base = name = f'{self.verbose_name or self.name} {label}'[:90].strip()
                number = 1
                while name in taken or name in found.values():
                    number += 1
                    name = f'{base} {number}'
                found[column.position] = name
        return found

    def fields(self) -> Iterator[tuple[Column, str]]:
        """Yield each column that a field is made of, once for each field, with the field's name."""
        made = set()
        for column in self.used:
            if column.name not in made:
                made.add(column.name)
                yield column, column.name

    def document(self, choices: dict[int, list[str]], taken: Collection[str]) -> dict:
        """
        Return the document that makes the type.

        Args:
            choices: the values of new choice sets, by the position of the column
            taken: the names of choice sets that there are
        """
        names = self.choice_sets(taken)
        sets = [
            {'name': name, 'extra_choices': [[value, value] for value in choices[position]]}
            for position, name in names.items()
        ]
        fields = [self._field(number, column, names) for number, (column, _name) in enumerate(self.fields(), start=1)]
        attributes = ('name', 'slug', 'verbose_name', 'verbose_name_plural', 'group_name')
        entry = {name: value for name in attributes if (value := getattr(self, name))}
        document = {'schema_version': SCHEMA_FORMAT_VERSION, 'types': [{**entry, 'fields': fields}]}
        return {**document, 'choice_sets': sets} if sets else document

    def _field(self, number: int, column: Column, sets: dict[int, str]) -> dict:
        made = {
            'id': number,
            'name': column.name,
            'type': column.kind_of.field_type,
            'weight': min(number * WEIGHT_STEP, MAX_WEIGHT),
        }
        made |= {name: True for name in ('required', 'unique', 'primary') if getattr(column, name)}
        if column.label:
            made['label'] = column.label
        if column.kind in CHOICES:
            made['choice_set'] = column.choice_set or sets[column.position]
        if column.kind == OBJECT:
            made['related_object_type'] = column.target
        return made

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> 'Plan':
        return cls(**{**data, 'columns': [Column(**column) for column in data['columns']]})


def proposal(title: str, headers: list[str], guesses: list[Guess], taken: set[str]) -> Plan:
    """
    Return the plan that is shown first.

    Args:
        title: what the sheet is called
        taken: names and slugs of types that there are, with underscores
    """
    base = name_of(title)[:LABEL_LENGTH] or 'spreadsheet'
    name, number = base, 1
    while name in taken:
        number += 1
        name = f'{base}_{number}'
    columns = [
        Column(
            position, header, made.use, made.name, made.label, made.kind, made.target,
            required=made.required, unique=made.unique, primary=made.primary, why=made.why,
        )
        for position, (header, made) in enumerate(zip(headers, guesses))
    ]  # fmt: skip
    # As it is called, for people; the plural would get an s, and sheets have plural names already.
    shown = ' '.join(title.replace('_', ' ').split())[:LABEL_LENGTH].strip()
    return Plan(name, name.replace('_', '-'), shown, shown, columns=columns)


def keys_of(column: Column) -> tuple[str, ...]:
    """Return under which keys REST takes the value of a column."""
    if column.kind in (LATITUDE, LONGITUDE):
        return (f'{column.name}_{column.kind}',)
    if column.kind == COORDINATES:
        return tuple(f'{column.name}_{part.name}' for part in PARTS)
    return (column.name,)
