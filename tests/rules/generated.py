"""
Random expressions that the language accepts, and rows for them.

From a random generator and not from Hypothesis: what it knows besides, making examples smaller, is not used here, and
its choices cost ten times as much as the comparison that they are made for.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from netbox_custom_objects.expressions.typed import Scope, Term
from netbox_custom_objects.expressions.typed.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INTEGER,
    OPAQUE,
    TEXT,
    list_of,
    reference_to,
)
from tests.rules.reference import DURATIONS

TERMS = (
    Term('1', 'name', TEXT, 'name'),
    Term('2', 'other', TEXT, 'other'),
    Term('3', 'count', INTEGER, 'count'),
    Term('4', 'serial', INTEGER, 'serial'),
    Term('5', 'price', DECIMAL, 'price'),
    Term('6', 'active', BOOLEAN, 'active'),
    Term('7', 'start', DATE, 'start'),
    Term('8', 'end', DATE, 'end'),
    Term('9', 'seen', DATETIME, 'seen'),
    Term('10', 'span', DURATION, 'span'),
    Term('11', 'tags', list_of(TEXT), 'tags'),
    Term('12', 'ports', list_of(INTEGER), 'ports'),
    Term('13', 'days', list_of(DATE), 'days'),
    Term('14', 'site', reference_to('dcim.site'), 'site_id'),
    Term('15', 'place', reference_to('dcim.site'), 'place_id'),
    Term('16', 'address', OPAQUE, 'address'),
    Term('17_lat', 'point_latitude', DECIMAL, 'point_latitude'),
    Term('18', '802_1x', BOOLEAN, '802_1x'),
    Term('19', 'true', INTEGER, 'true'),
    Term('20', 'device', reference_to('dcim.device'), 'device_id'),
)
SCOPE = Scope(TERMS, {'sites': '“sites” has no column.'})

TEXTS = (
    '', 'a', 'ab', 'A', 'ß', 'İ', 'Σ', 'aΣ', 'ΣΣ', 'ǅ', 'é', 'e\u0301', ' a\u3000', '\t', '😀', "'", '%', '\\', '%s',
)  # fmt: skip
LETTERS = 'abABß Σσ_%\\\'"é😀\n'
PATTERNS = ("'^a'", "r'[aß]+$'", "r'\\d|\\s'", "r'(ab|A)?b.'", "'[^a]{2}'", "r'\\W'")
SEARCHES = ('startsWith', 'endsWith', 'contains')
OPERATORS = ('==', '!=', '<', '<=', '>', '>=')
QUOTED = {'802_1x', 'true'}
FIELDS = {
    kind: [f'`{term.name}`' if term.name in QUOTED else term.name for term in TERMS if term.kind == kind]
    for kind in {term.kind for term in TERMS}
}
FIELDS_OF_ITEMS = {TEXT: 'tags', INTEGER: 'ports', DATE: 'days'}
# Seconds and days around the dates below.
DAY = 24 * 60 * 60
CONSTANTS = {
    INTEGER: (*map(str, range(10)), '9223372036854775807'),
    DECIMAL: ('0.0', '0.5', '1.25', '3.0', '0.000000000001'),
    BOOLEAN: ('true', 'false'),
    DATE: ("date('2024-02-29')", "date('9999-12-31')", "date('0001-01-01')"),
    DATETIME: ("datetime('2024-02-29T23:30:00Z')", "datetime('2024-01-01T01:00:00+02:00')"),
    DURATION: tuple(f"duration('{text}')" for text in DURATIONS),
}
SCALARS = (TEXT, *CONSTANTS)


class Chooser:
    """Chooses expressions, rows and values; the same ones for the same seed."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        self.one = self.random.choice

    def row(self) -> dict:
        """Return a row by name of a field, each of which may be null."""
        return {term.name: self._value_of(term.kind) for term in TERMS}

    def _value_of(self, kind):
        if self.random.random() < 0.2:
            return None
        if kind.items:
            return [self._value_of(kind.items) for _ in range(self.random.randrange(4))]
        return self.random.randint(1, 3) if kind.name == 'reference' else self.value(kind)

    def value(self, kind):
        """Return a value of a kind, often one at an end of what there is."""
        number, is_extreme = self.random.randint, self.random.random() < 0.3
        match kind.name:
            case 'text':
                return self.one(TEXTS) if is_extreme else self.text(LETTERS, 6)
            case 'integer':
                return self.one((2**63 - 1, -(2**63), 10**12)) if is_extreme else number(-5, 5)
            case 'decimal':
                return Decimal(self.one((99999999, 1, -3)) if is_extreme else number(-2000, 2000)) / 100
            case 'boolean':
                return self.one((True, False))
            case 'date':
                return self.one((date.min, date.max)) if is_extreme else date(2023, 12, 28) + timedelta(number(0, 65))
            case 'datetime':
                moment = datetime(2023, 12, 30) + timedelta(0, number(0, 62 * DAY), number(0, 10**6))
                return (self.one((datetime.min, datetime.max)) if is_extreme else moment).replace(tzinfo=UTC)
            case 'duration':
                ends = timedelta.min, timedelta.max, timedelta(0), timedelta(1)
                return self.one(ends) if is_extreme else timedelta(0, number(-3 * DAY, 3 * DAY), number(0, 10**6))
        return 'x'

    def text(self, letters: str, most: int) -> str:
        return ''.join(self.random.choices(letters, k=self.random.randint(0, most)))

    def constant(self, kind) -> str:
        if kind != TEXT:
            return self.one(CONSTANTS[kind])
        text = self.value(TEXT).replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n')
        return f"'{text}'"

    def expression(self, kind=None, depth=3) -> str:
        """Return the text of an expression of a kind."""
        kind = kind or self.one(SCALARS)
        if depth == 0 or self.random.random() < 0.15:
            return self.one(FIELDS[kind]) if self.random.random() < 0.5 else self.constant(kind)
        part = lambda kind: self.expression(kind, depth - 1)  # noqa: E731
        number = lambda: part(self.one((INTEGER, DECIMAL)))  # noqa: E731
        if self.random.random() < 0.12:
            yes = self.one((part(kind), part(kind), 'null'))
            return f'(({part(BOOLEAN)}) ? ({yes}) : ({part(kind)}))'
        return self.one(TEMPLATES[kind])(part, number, self.one)


def _compared(part, number, one):
    kind = one((TEXT, DATE, DATETIME, DURATION, None))
    left, right = (number(), number()) if kind is None else (part(kind), part(kind))
    return f'({left} {one(OPERATORS)} {right})'


def _contained(part, number, one):
    kind = one((TEXT, INTEGER, DATE))
    items = one((FIELDS_OF_ITEMS[kind], f'[{part(kind)}, {part(kind)}]'))
    return f'({part(kind)} in {items})'


TEMPLATES = {
    BOOLEAN: (
        _compared, _compared, _contained,
        lambda part, number, one: f'({part(BOOLEAN)} && {part(BOOLEAN)} && {part(BOOLEAN)})',
        lambda part, number, one: f'({part(BOOLEAN)} || {part(BOOLEAN)})',
        lambda part, number, one: f'!{part(BOOLEAN)}',
        lambda part, number, one: f'({part(BOOLEAN)} == {part(BOOLEAN)})',
        lambda part, number, one: f'({part(one(SCALARS))} != null)',
        lambda part, number, one: one([
            '(site == place)', '(null == site)', '(site != place)', 'tags == null', 'address != null',
        ]),
        lambda part, number, one: f'{part(TEXT)}.{one(SEARCHES)}({part(TEXT)})',
        lambda part, number, one: f'matches({part(TEXT)}, {one(PATTERNS)})',
    ),
    TEXT: (
        lambda part, number, one: f'({part(TEXT)} + {part(TEXT)})',
        lambda part, number, one: f'{one(["lower", "upper", "trim"])}({part(TEXT)})',
    ),
    INTEGER: (
        lambda part, number, one: f'({part(INTEGER)} {one("+-*/%")} {part(INTEGER)})',
        lambda part, number, one: f'(-{part(INTEGER)})',
        lambda part, number, one: f'size({one(["tags", "ports"])})',
        lambda part, number, one: f'{part(TEXT)}.size()',
        lambda part, number, one: f'({part(DATE)} - {part(DATE)})',
        lambda part, number, one: f'{one(["year", "month", "day"])}({part(DATE)})',
        lambda part, number, one: f'day({part(DATETIME)})',
    ),
    DECIMAL: (
        lambda part, number, one: f'({number()} {one("+-*/%")} {part(DECIMAL)})',
        lambda part, number, one: f'({part(DECIMAL)} {one("+-*/%")} {number()})',
        lambda part, number, one: f'(-{part(DECIMAL)})',
    ),
    DATE: (
        lambda part, number, one: f'({part(DATE)} {one("+-")} {part(DURATION)})',
        lambda part, number, one: f'({part(DATE)} {one("+-")} {part(INTEGER)})',
        lambda part, number, one: f'({part(DURATION)} + {part(DATE)})',
        lambda part, number, one: f'date({part(DATETIME)})',
    ),
    DATETIME: (
        lambda part, number, one: f'({part(DATETIME)} {one("+-")} {part(DURATION)})',
        lambda part, number, one: f'({part(DURATION)} + {part(DATETIME)})',
    ),
    DURATION: (
        lambda part, number, one: f'({part(DURATION)} {one("+-")} {part(DURATION)})',
        lambda part, number, one: f'({part(DATETIME)} - {part(DATETIME)})',
        lambda part, number, one: f'(-{part(DURATION)})',
    ),
}  # fmt: skip
