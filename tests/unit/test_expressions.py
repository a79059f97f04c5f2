"""What expressions of users can do, and that nothing in them can reach, grow or go on without end."""

import time
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest

from netbox_custom_objects.expressions import Choice, StandIn, expression_of, filters, plain
from netbox_custom_objects.expressions.sandbox import MAX_OUTPUT

SITE = StandIn('Berlin', MappingProxyType({'id': 7, 'slug': 'ber', 'description': None}))
VALUES = {
    'name': 'Router', 'part': None, 'n': 5, 'price': Decimal('1.50'), 'on': date(2024, 5, 1), 'place': SITE,
    'places': [SITE, StandIn('Cairo', MappingProxyType({'id': 8, 'slug': 'cai'}))], 'state': Choice('a', 'Active'),
    'states': [Choice('a', 'Active'), Choice('b', 'Broken')], 'extra': {'rack': {'u': 4}}, 'yes': True,
    'long': 'x' * 2000, 'numbers': list(range(1000)), 'texts': ['x' * 2000] * 1000,
    'large': {f'{number}': 'x' * 2000 for number in range(1000)},
}  # fmt: skip


def render(source):
    return expression_of(source).render(VALUES)


def attempt(source):
    """Return the text, '' if it fails: the display falls back, whatever the error is."""
    try:
        return render(source)
    except Exception:
        return ''


@pytest.mark.parametrize(('source', 'result'), [
    ('{{ name }} ({{ n }})', 'Router (5)'),
    ('{{ name }} / {{ part }}', 'Router /'),
    ('{{ part }}{{ nothing }}{{ place.description }}{{ part.x }}', ''),
    ("{{ name ~ '-' ~ part ~ n }}", 'Router-5'),
    ("{{ part + name }}{{ name + '!' }}", 'RouterRouter!'),
    ('{{ part|upper }}{{ part[:2] }}{{ part|length }}', '0'),
    ("{{ part|default('-') }}{{ nothing|d('?') }}{{ name|default('x') }}", '-?Router'),
    ("{{ [name, part, n]|select|join(' / ') }}", 'Router / 5'),
    ('{{ name[:2] }}{{ name[-1] }}{{ name[99] }}', 'Ror'),
    ('{{ n + 1 }} {{ n - 1 }} {{ n * 2 }} {{ n // 2 }} {{ n % 2 }} {{ n / 2 }} {{ -n }}', '6 4 10 2 1 2.5 -5'),
    ("{{ 'yes' if n > 3 and not part else 'no' }}{% if state == 'a' %}!{% else %}?{% endif %}", 'yes!'),
    ("{{ '%03d'|format(n) }} {{ '%.1f|%5s'|format(price, 'a') }}", '005 1.5|    a'),
    ('{{ place }} {{ place.id }} {{ place.slug }} {{ place.display }} {{ place["slug"] }}', 'Berlin 7 ber Berlin ber'),
    ('{{ places }}; {{ places|join("+") }}', 'Berlin, Cairo; Berlin+Cairo'),
    ('{{ places|map(attribute="slug")|join(",") }}', 'ber,cai'),
    ('{% for p in places %}{{ loop.index }}{{ p.slug }}{% if not loop.last %}-{% endif %}{% endfor %}', '1ber-2cai'),
    ('{% for p in part %}x{% else %}none{% endfor %}', 'none'),
    ('{{ places[0].slug }} {{ places|length }} {{ places|last }}', 'ber 2 Cairo'),
    ('{{ state }} {{ state.value }} {{ state.label }} {{ state|upper }}', 'Active a Active ACTIVE'),
    ('{{ states }}', 'Active, Broken'),
    ("{{ state in ['a', 'b'] }} {{ {'a': 1}[state] }}", 'True 1'),
    ('{{ extra.rack.u }} {{ extra["rack"]["u"] }} {{ extra.nothing }}', '4 4'),
    ('{{ on }} {{ on.year }}/{{ on.month }}', '2024-05-01 2024/5'),
    ("{{ name|replace('o', '0') }} {{ name|truncate(3, True, '', 0) }} {{ 'a b'|title }}", 'R0uter Rou A B'),
    ('{{ [3, 1, 2]|sort|join }} {{ [1, 1]|unique|length }} {{ [1, 2]|sum }} {{ numbers|max }}', '123 1 3 999'),
    ("{{ '12'|int + 1 }} {{ '1.5'|float }} {{ '1.7'|int }} {{ 2.55|round(1) }} {{ 'x'|int }}", '13 1.5 1 2.5 0'),
    ('{% set label = name|lower %}{{ label }}', 'router'),
    ('{{ name is defined }} {{ nothing is defined }} {{ part is none }} {{ n is odd }}', 'True False True True'),
    ('plain text', 'plain text'),
])  # fmt: skip
def test_what_expressions_can_do(source, result):
    assert expression_of(source).problems == ()
    assert render(source) == result


@pytest.mark.parametrize(('source', 'named'), [
    ('{{ 9**9999999 }}', '**'), ('{{ place.delete() }}', 'call'), ('{{ range(9) }}', 'call'),
    ("{{ ''.__class__.__mro__ }}", '.__mro__'), ('{{ place._meta }}', '._meta'), ('{{ self }}', '"self"'),
    ("{% include 'x' %}", 'include'), ("{% import 'x' as y %}", 'import'), ("{% from 'x' import y %}", 'from'),
    ("{% extends 'x' %}", 'extends'), ('{% block a %}{% endblock %}', 'block'), ('{% set a %}x{% endset %}', 'set'),
    ('{% macro m() %}{% endmacro %}', 'macro'), ('{% filter upper %}x{% endfilter %}', 'filter'),
    ('{% with a = 1 %}{% endwith %}', 'with'), ('{% for a, b in places %}{% endfor %}', 'more than one name'),
    ('{% for a in places recursive %}{% endfor %}', 'recursive'), ("{{ name|center(9999999) }}", '"center"'),
    ("{{ name|attr('x') }}", '"attr"'), ("{{ name|pprint }}", '"pprint"'), ('{{ name is callable }}', '"callable"'),
    ("{{ name|join(*places) }}", '*'), (f'{{{{ {"9" * 90} }}}}', 'a number of this size'), ('{{ 1e400 }}', 'number'),
    ('{{ a', 'Line 1'), ('a\nb\n{% nonsense %}', 'Line 3'), ('x\n{{ n ** 2 }}', 'Line 2'),
])  # fmt: skip
def test_what_is_refused_names_the_line_and_the_construct(source, named):
    problems = expression_of(source).problems
    assert problems
    assert named in problems[0]
    with pytest.raises(ValueError):
        render(source)


@pytest.mark.parametrize('source', [
    '{{ "(" * 9 }}' + '(' * 200, f'{{{{ {"(" * 240}1{")" * 240} }}}}', f'{{{{ {"-" * 400}1 }}}}',
    f'{{{{ name{"|upper" * 80} }}}}', '{{ ' + '[' * 200 + ']' * 200 + ' }}', f'{{{{ {"9" * 490} }}}}',
    '{% for a in numbers %}' * 18 + '{% endfor %}' * 18, '{% for a in x %}' * 30 + '{% endfor %}' * 30,
    f'{{{{ {"not " * 120}1 }}}}', f'{{{{ {"1+" * 240}1 }}}}', '{% if 1 %}' * 80 + '{% endif %}' * 80, 'x' * 100_000,
])  # fmt: skip
def test_deep_and_long_expressions_are_refused_or_fail_soon(source):
    assert quickly(lambda: expression_of(source)).problems or len(attempt(source)) <= MAX_OUTPUT


def quickly(call):
    """Call, and assert that it took little time: far more than it takes, far less than anything that is unbounded."""
    start = time.process_time()
    try:
        return call()
    finally:
        assert time.process_time() - start < 2


@pytest.mark.parametrize('source', [
    "{{ 'a' * 30000000 }}", "{{ [1] * 30000000 }}", "{{ '%99999999d' % 1 }}", "{{ '%99999999d'|format(1) }}",
    "{{ '%*d'|format(99999999, 1) }}", "{{ '%.99999999f'|format(1) }}", '{{ 5|round(-99999999) }}',
    '{{ 5|round(99999999) }}', '{{ "1e308"|float|int * 1 }}{{ n / 0 }}', "{{ long|replace('x', long) }}",
    "{{ long|replace('', long)|replace('', long) }}", '{{ numbers|join(long) }}',
    '{% for a in numbers %}{% for b in numbers %}{% endfor %}{% endfor %}',
    '{% for a in numbers %}{% for b in numbers %}{{ long|replace("x", "y")|upper and "" }}{% endfor %}{% endfor %}',
    '{% for a in numbers %}{% if long in long and long < long %}{% endif %}{{ long|lower and "" }}{% endfor %}',
    '{% set a = [long, long] %}' + '{% set a = [a, a] %}' * 20 + '{{ a }}',
    '{% set a = long %}' + '{% set a = a ~ a %}' * 20 + '{{ a }}',
    '{% set a = long %}' + '{% set a = a + a %}' * 20 + '{{ a }}',
    '{% set a = 9 %}' + '{% set a = a * a %}' * 20 + '{{ a }}',
    "{{ place.secret }}", '{{ name.upper }}', "{{ name['upper'] }}", '{{ places.count }}', '{{ on.strftime }}',
    "{{ '%99999999d' is odd }}", "{{ '%99999999d' is even }}", "{{ '%99999999d' is divisibleby(3) }}",
    '{% for a in numbers %}{% if (large|string) == "x" %}{% endif %}{% endfor %}',
    '{% for a in numbers %}{% if texts|sort == "x" %}{% endif %}{% endfor %}',
    '{% for a in numbers if numbers|unique %}{% endfor %}',
    '{{ loop }}', '{{ title.a.b }}', '{{ places|map(attribute="secret")|list }}', '{{ place.attributes }}',
    '{% for p in places %}{{ loop }}{% endfor %}', '{% for p in places %}{{ loop._iterable }}{% endfor %}',
    '{% for p in name %}{{ p }}{% endfor %}', '{{ extra.keys.x }}', "{{ name + n }}", '{{ places + places }}',
])  # fmt: skip
def test_what_fails_fails_soon(source):
    assert quickly(lambda: attempt(source)) == ''


@pytest.mark.parametrize(
    'source', ['{{ long }}{{ long }}', '{% for a in numbers %}{{ a }},{% endfor %}', '{{ numbers }}']
)
def test_the_output_is_cut(source):
    assert 400 < len(render(source)) <= MAX_OUTPUT


def test_nothing_is_evaluated_before_it_is_asked_for(monkeypatch):
    def fail(*args):
        raise AssertionError

    monkeypatch.setattr(filters, 'do_title', fail)
    assert expression_of("{{ 'never seen before'|title }}{{ 1 + 2 }}").problems == ()


def test_which_attributes_are_read():
    reads = expression_of(
        "{{ a.b }}{{ a['c'] }}{{ d }}{{ d.e }}{% for f in g %}{{ f.x }}{% endfor %}{% set h = 1 %}{{ h }}"
    ).reads
    assert reads == {'a': {'b', 'c'}, 'd': None, 'g': None}


class Model:
    """Like an instance, a manager or anything else that is no plain value."""

    objects = secret = 'secret'

    def __call__(self):
        return 'secret'

    def __str__(self):
        return 'its text'


def test_plain_values_are_plain():
    assert plain(Model()) == 'its text'
    assert plain([Model(), {'a': Model(), 5: None}]) == ['its text', {'a': 'its text', '5': None}]
    assert plain((1, True, None, 'x')) == [1, True, None, 'x']
    assert len(plain('x' * 9999)) == 2000
    assert plain(10**70) == str(10**70)
    assert plain(Decimal('NaN')) == 'NaN'

    def size(value):
        return 1 + sum(map(size, value)) if isinstance(value, list) else 1

    assert size(plain([[list(range(1000))] * 1000] * 1000)) < 5000
