"""Random expressions that the language accepts, and rows for them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

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

texts = st.one_of(
    st.sampled_from(
        [
            '',
            'a',
            'ab',
            'A',
            'ß',
            'İ',
            'Σ',
            'aΣ',
            'ΣΣ',
            'ǅ',
            'é',
            'e\u0301',
            ' a\u3000',
            '\t',
            '😀',
            "'",
            '%',
            '\\',
            '%s',
        ]
    ),
    st.text('abABß Σσ_%\\\'"é😀\n', max_size=6),
)
integers = st.one_of(st.integers(-5, 5), st.sampled_from([2**63 - 1, -(2**63), 10**12]))
decimals = st.one_of(
    st.decimals(-20, 20, places=2), st.sampled_from([Decimal('999999.99'), Decimal('0.01'), Decimal('-0.03')])
)
dates = st.one_of(st.dates(date(2023, 12, 28), date(2024, 3, 2)), st.sampled_from([date.min, date.max]))
moments = st.one_of(
    st.datetimes(datetime(2023, 12, 30), datetime(2024, 3, 1), timezones=st.just(UTC)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
spans = st.one_of(
    st.timedeltas(timedelta(days=-3), timedelta(days=3)),
    st.sampled_from([timedelta.min, timedelta.max, timedelta(0), timedelta(days=1)]),
)
VALUES = {
    TEXT: texts, INTEGER: integers, DECIMAL: decimals, BOOLEAN: st.booleans(), DATE: dates, DATETIME: moments,
    DURATION: spans, OPAQUE: st.just('x'),
}  # fmt: skip


def values_of(kind):
    if kind.items:
        return st.lists(st.none() | VALUES[kind.items], max_size=3)
    return st.integers(1, 3) if kind.name == 'reference' else VALUES[kind]


# A row by name of a field, each of which may be null.
rows = st.fixed_dictionaries({term.name: st.none() | values_of(term.kind) for term in TERMS})

SEARCHES = st.sampled_from(['startsWith', 'endsWith', 'contains'])
PATTERNS = ("'^a'", "r'[aß]+$'", "r'\\d|\\s'", "r'(ab|A)?b.'", "'[^a]{2}'", "r'\\W'")
FIELDS = {
    kind: st.sampled_from([term.name if term.name not in ('802_1x', 'true') else f'`{term.name}`' for term in TERMS
                           if term.kind == kind])
    for kind in {term.kind for term in TERMS}
}  # fmt: skip
CONSTANTS = {
    TEXT: texts.map(lambda text: "'" + text.replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n') + "'"),
    INTEGER: st.integers(0, 9).map(str) | st.just('9223372036854775807'),
    DECIMAL: st.sampled_from(['0.0', '0.5', '1.25', '3.0', '0.000000000001']),
    BOOLEAN: st.sampled_from(['true', 'false']),
    DATE: st.sampled_from(["date('2024-02-29')", "date('9999-12-31')", "date('0001-01-01')"]),
    DATETIME: st.sampled_from(["datetime('2024-02-29T23:30:00Z')", "datetime('2024-01-01T01:00:00+02:00')"]),
    DURATION: st.sampled_from([f"duration('{text}')" for text in DURATIONS]),
}


@st.composite
def expressions(draw, kind, depth=3):
    """The text of an expression of a kind."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(FIELDS[kind] | CONSTANTS[kind])
    part = lambda kind: draw(expressions(kind, depth - 1))  # noqa: E731
    number = lambda: part(draw(st.sampled_from([INTEGER, DECIMAL])))  # noqa: E731
    if draw(st.integers(0, 7)) == 0:
        condition, yes, no = part(BOOLEAN), part(kind), part(kind)
        yes = draw(st.sampled_from([yes, yes, 'null']))
        return f'(({condition}) ? ({yes}) : ({no}))'
    template = draw(st.sampled_from(TEMPLATES[kind]))
    return template(part, number, draw)


def _compared(part, number, draw):
    kind = draw(st.sampled_from([TEXT, DATE, DATETIME, DURATION, None]))
    left, right = (number(), number()) if kind is None else (part(kind), part(kind))
    return f'({left} {draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))} {right})'


def _contained(part, number, draw):
    kind = draw(st.sampled_from([TEXT, INTEGER, DATE]))
    items = FIELDS_OF_ITEMS[kind] if draw(st.booleans()) else f'[{part(kind)}, {part(kind)}]'
    return f'({part(kind)} in {items})'


FIELDS_OF_ITEMS = {TEXT: 'tags', INTEGER: 'ports', DATE: 'days'}
TEMPLATES = {
    BOOLEAN: (
        _compared, _compared, _contained,
        lambda part, number, draw: f'({part(BOOLEAN)} && {part(BOOLEAN)} && {part(BOOLEAN)})',
        lambda part, number, draw: f'({part(BOOLEAN)} || {part(BOOLEAN)})',
        lambda part, number, draw: f'!{part(BOOLEAN)}',
        lambda part, number, draw: f'({part(BOOLEAN)} == {part(BOOLEAN)})',
        lambda part, number, draw: f'({part(draw(st.sampled_from(sorted(CONSTANTS, key=str))))} != null)',
        lambda part, number, draw: draw(st.sampled_from([
            '(site == place)', '(null == site)', '(site != place)', 'tags == null', 'address != null',
        ])),
        lambda part, number, draw: f'{part(TEXT)}.{draw(SEARCHES)}({part(TEXT)})',
        lambda part, number, draw: f'matches({part(TEXT)}, {draw(st.sampled_from(PATTERNS))})',
    ),
    TEXT: (
        lambda part, number, draw: f'({part(TEXT)} + {part(TEXT)})',
        lambda part, number, draw: f'{draw(st.sampled_from(["lower", "upper", "trim"]))}({part(TEXT)})',
    ),
    INTEGER: (
        lambda part, number, draw: f'({part(INTEGER)} {draw(st.sampled_from("+-*/%"))} {part(INTEGER)})',
        lambda part, number, draw: f'(-{part(INTEGER)})',
        lambda part, number, draw: f'size({draw(st.sampled_from(["tags", "ports"]))})',
        lambda part, number, draw: f'{part(TEXT)}.size()',
        lambda part, number, draw: f'({part(DATE)} - {part(DATE)})',
        lambda part, number, draw: f'{draw(st.sampled_from(["year", "month", "day"]))}({part(DATE)})',
        lambda part, number, draw: f'day({part(DATETIME)})',
    ),
    DECIMAL: (
        lambda part, number, draw: f'({number()} {draw(st.sampled_from("+-*/%"))} {part(DECIMAL)})',
        lambda part, number, draw: f'({part(DECIMAL)} {draw(st.sampled_from("+-*/%"))} {number()})',
        lambda part, number, draw: f'(-{part(DECIMAL)})',
    ),
    DATE: (
        lambda part, number, draw: f'({part(DATE)} {draw(st.sampled_from("+-"))} {part(DURATION)})',
        lambda part, number, draw: f'({part(DATE)} {draw(st.sampled_from("+-"))} {part(INTEGER)})',
        lambda part, number, draw: f'({part(DURATION)} + {part(DATE)})',
        lambda part, number, draw: f'date({part(DATETIME)})',
    ),
    DATETIME: (
        lambda part, number, draw: f'({part(DATETIME)} {draw(st.sampled_from("+-"))} {part(DURATION)})',
        lambda part, number, draw: f'({part(DURATION)} + {part(DATETIME)})',
    ),
    DURATION: (
        lambda part, number, draw: f'({part(DURATION)} {draw(st.sampled_from("+-"))} {part(DURATION)})',
        lambda part, number, draw: f'({part(DATETIME)} - {part(DATETIME)})',
        lambda part, number, draw: f'(-{part(DURATION)})',
    ),
}  # fmt: skip
SCALARS = tuple(sorted(CONSTANTS, key=str))
any_expression = st.sampled_from(SCALARS).flatmap(expressions)
