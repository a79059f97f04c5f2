"""What PostgreSQL calculates is what the documentation says, for any expression and any row."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
import re2
from django.db import connection

from netbox_custom_objects.expressions.typed import InvalidExpression, check, evaluate, parse
from netbox_custom_objects.expressions.typed.patterns import UnsupportedPattern, translate
from tests.rules.generated import SCOPE, TERMS, Chooser
from tests.rules.reference import interpret

# In one statement; which ones they are is the same in each run, and the assertion names the pair.
EXPRESSIONS, ROWS = 60, 24


def by_key(row):
    return {term.key: row[term.name] for term in TERMS}


def checked(source):
    """Return (node, typed), None if random parts came to more than an expression may hold."""
    try:
        node = parse(source)
    except InvalidExpression:
        return None
    return node, check(node, SCOPE)


@pytest.mark.parametrize('seed', range(4))
def test_postgresql_agrees_with_the_reference(db, seed):
    chooser = Chooser(seed)
    sources = [chooser.expression() for _ in range(EXPRESSIONS)]
    examples = [chooser.row() for _ in range(ROWS)]
    found = [(source, *pair) for source in sources if (pair := checked(source))]
    assert len(found) > EXPRESSIONS / 2
    values = evaluate([typed for _source, _node, typed in found], list(map(by_key, examples)), 'default')
    for row, line in zip(examples, values):
        for (source, node, _typed), value in zip(found, line):
            expected = interpret(node, row)
            value = Fraction(value) if isinstance(value, Decimal) else value
            assert (value, type(value)) == (expected, type(expected)), (source, row)


PIECES = (
    'a', 'b', 'ß', '.', '^', '$', 'x*', 'a+', '(a|b)', '(?:ab)?', '[a-c]', '[^a]', r'\d', r'\w', r'\S', r'\.',
    '[[:alpha:]]', '{2}', '{1,3}', '?', '*', '|', '(', ')', r'\n', r'\x41', r'\b', '[', ']', '-', r'[\d\-x]', '(^)',
    r'\A', r'\z', '😀', '[ß-😀]',
)  # fmt: skip


def test_patterns_find_what_re2_finds(db):
    """What is translated is valid for both engines, and they agree."""
    chooser = Chooser(0)
    texts = [chooser.text('abcAxß.-\n5 😀', 6) for _ in range(30)]
    pairs = []
    for _ in range(250):
        pattern = ''.join(chooser.random.choices(PIECES, k=chooser.random.randint(1, 5)))
        try:
            pairs.append((pattern, translate(pattern)))
        except UnsupportedPattern:
            continue
    assert len(pairs) > 50
    statement = ' UNION ALL '.join(
        ['SELECT ARRAY(SELECT t ~ %s FROM unnest(%s::text[]) WITH ORDINALITY u(t, n) ORDER BY n)'] * len(pairs)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [part for _pattern, translated in pairs for part in (translated, texts)])
        found = [line for (line,) in cursor.fetchall()]
    for (pattern, translated), line in zip(pairs, found):
        assert line == [re2.search(pattern, text) is not None for text in texts], (pattern, translated, texts)


@pytest.mark.parametrize(('source', 'row', 'value'), [
    ('1 / 0 == null && 1 % 0 == null && 1.0 / 0.0 == null', {}, True),
    ('7 / 2', {}, 3),
    ('-7 / 2', {}, -3),
    ('-7 % 3', {}, -1),
    ('7.0 / 2', {}, Decimal('3.5')),
    ('2.0 / 3', {}, Decimal('0.666666666667')),
    ('count * count', {'3': 2**63 - 1}, (2**63 - 1) ** 2),
    ("upper('straße')", {}, 'STRASSE'),
    ('end - start', {'7': date(2024, 2, 1), '8': date(2024, 3, 1)}, 29),
])  # fmt: skip
def test_values(db, source, row, value):
    ((found,),) = evaluate([check(parse(source), SCOPE)], [row], 'default')
    assert found == value
