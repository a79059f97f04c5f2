"""Patterns of users: they mean what Python means by them, and no pattern or value keeps anybody waiting."""

import re
import time
import warnings
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from netbox_custom_objects.field_types.shared.regex import ASCII, UNICODE, PatternValidator, compiled, validate_pattern
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import API, Rest, superuser
from tests.surfaces.ui import Browser

PATTERNS = (
    r'^\w+$', r'\d', r'^a$', r'[\w.-]+@[\w-]+\.\w+', r'[^\W\d]', r'[\S]', r'^[]a]+$', r'[[:alpha:]]', r'^a{,3}$', r'x{',
    r'{x}', r'a{1,2}{', r'^\Aab\Z', r'(?i)ärmel', r'(?m)^b$', r'(?m:^b$)\nc', r'\u00e9', r'\U000000e9',
    r'\N{DIGIT ONE}',
    r'\0', r'\012', r'[\b]', r'[\1]', r'\-\ \_', r'(?P<n>a)b', r'(?:a|b)+?c', r'a(?#hey)b', r'(?s)a.b', r'a.b', r'[^a]',
    r'\D\S\W', r'(?i:A)b', r'^$', r'[\D]', r'[\W]', r'[^\s]', r'^\s*$', r'\ü', r'[]\\^-]', r'(?-i:a)', r'[a\-z]',
    r'\x41',
    r'(?u)\w', r'^(a|b)*c?$', r'\bfoo\b', 'à[à-ÿ]', r'(?i)[A-C]', 'a$|b$', 'x*?y',
)  # fmt: skip
TEXTS = (
    '', 'a', 'aa', 'aaa', 'aaaa', 'ab', 'b', 'Zürich', '٣', 'a\n', 'a\nb\nc', 'ÄRMEL', 'é', 'àé', '1', '\0', '\n',
    '\x08', '\x01', '- _', 'a.b', 'a\nb', 'x{', '{x}', 'a{', 'a@b.c', 'foo bar', ' ', '\xa0', '\u2003', '_', '日本',
    '[:a]', ']', 'a]', '^', '-', 'b\nc', '!a !', 'ü', '\\', 'A', 'Ab', '½', 'Ⅷ', '̈', '🐍', 'xxxy',
)  # fmt: skip
UNSUPPORTED = {
    'look-around': (r'(?=a)b', r'(?!a)b', r'(?<=a)b', r'(?<!x)y'),
    'backreferences': (r'(a)\1', r'(?P<n>a)(?P=n)'),
    'possessive': ('a++', 'a*+', 'a?+', 'a{1,2}+', '(?>a)'),
    'conditional groups': (r'(a)?(?(1)a|b)',),
    'flags': ('(?x) a b', '(?a)x', '(?a:x)'),
    'repetitions': ('a{1001}', 'a{0,1001}'),
    'too large': (r'\w{900}',),
    'not valid': ('(', '[z-a]', '*a', 'a{99999999999999999999}', 'a{2,1}', r'\p{L}', '(?P<1>a)', '(?i'),
}
CATASTROPHES = (
    ('(a+)+$', 'a' * 50_000 + '!'),
    ('^(a|aa)+$', 'a' * 50_000 + '!'),
    ('(.*)*x', 'a' * 50_000),
    ('^(([a-z])+.)+[A-Z]([a-z])+$', 'a' * 50_000),
    (r'^(\w+\s?)*$', 'ä' * 10_000 + '!'),
    (r'(a|b)*a(a|b){500}c', 'ab' * 25_000),
    (r'(.{0,500}a){2}x', 'ab' * 25_000),
    (r'\w{200}!', 'ü' * 25_000),
)


@contextmanager
def within(seconds):
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.mark.parametrize('pattern', PATTERNS)
def test_a_pattern_finds_what_python_finds(pattern):
    with warnings.catch_warnings(action='ignore'):
        python = re.compile(pattern)
    for text in TEXTS:
        found = python.search(text) is not None
        assert (compiled(pattern, UNICODE).search(text) is not None) == found, text
        if text.isascii():
            assert (compiled(pattern, ASCII).search(text) is not None) == found, text


@pytest.mark.parametrize('shorthand', list('dDwWsS'))
def test_shorthands_mean_the_characters_of_unicode(shorthand):
    characters = [chr(code) for code in range(0x3100) if chr(code).isprintable() or chr(code).isspace() or code < 128]
    python = re.compile(rf'\{shorthand}')
    for pattern in (rf'\{shorthand}', rf'[\{shorthand}]'):
        program = compiled(pattern, UNICODE)
        assert [char for char in characters if program.search(char)] == [c for c in characters if python.search(c)]


@pytest.mark.parametrize(('words', 'pattern'), [(words, one) for words, many in UNSUPPORTED.items() for one in many])
def test_what_cannot_be_run_is_refused_with_the_reason(words, pattern):
    with pytest.raises(ValidationError) as caught:
        validate_pattern(pattern)
    assert words in caught.value.messages[0]


@pytest.mark.parametrize(('pattern', 'text'), CATASTROPHES)
def test_a_catastrophe_is_answered_at_once(pattern, text):
    validate_pattern(pattern)
    with within(1), pytest.raises(ValidationError):
        PatternValidator(pattern, 'Field')(text)


def test_a_text_that_would_take_too_long_is_refused():
    with pytest.raises(ValidationError, match='too long'):
        PatternValidator(r'(a|b)*a(a|b){500}', 'Field')('ab' * 200_000)


def test_halves_of_surrogate_pairs_are_refused():
    with pytest.raises(ValidationError):
        PatternValidator('a', 'Field')('a\ud800')
    with pytest.raises(ValidationError):
        validate_pattern('a\ud800')


@pytest.mark.django_db
class TestFields:
    @pytest.mark.parametrize('type', ['text', 'longtext', 'url'])
    def test_a_pattern_that_cannot_be_run_is_refused_under_its_key(self, type):
        for words, patterns in UNSUPPORTED.items():
            assert words in refused_field('validation_regex', make_type(f'thing_{words[:3]}'.strip(), slug=words[:3]),
                                          type=type, validation_regex=patterns[0])  # fmt: skip

    def test_a_pattern_is_searched_for(self):
        thing = one_field('text', validation_regex='b+')
        make_object(thing, value='abbc')
        assert 'b+' in refused_value(thing, 'ac')

    def test_rest_refuses_quickly(self):
        make_type('thing', fields=[{'name': 'value', 'type': 'longtext', 'validation_regex': '(a+)+$'}])
        rest = Rest(superuser())
        rest.get('thing/')
        with within(3):
            body = rest.post('thing/', {'value': 'a' * 50_000 + '!'}, expect=400)
        assert list(body) == ['value']

    def test_rest_refuses_a_pattern_for_a_field(self):
        thing, rest = make_type('thing'), Rest(superuser())
        for patterns in UNSUPPORTED.values():
            body = {'custom_object_type': thing.pk, 'name': 'value', 'type': 'text', 'validation_regex': patterns[0]}
            assert list(rest.post('custom-object-type-fields/', body, expect=400)) == ['validation_regex']

    def test_a_stored_pattern_that_cannot_be_run_is_not_enforced(self):
        """As after a take-over: nothing crashes, and the type's page says what to change."""
        thing = one_field('text', label='Serial')
        obj, rest = make_object(thing, value='old'), Rest(superuser())
        for pattern in ('(?=a)b', '(', 'x++'):
            CustomObjectTypeField.objects.filter(name='value').update(validation_regex=pattern)
            assert rest.patch(f'thing/{obj.pk}/', {'value': pattern})['value'] == pattern

    def test_forms_hand_no_pattern_to_the_browser(self):
        """A browser would match the whole text, by rules of its own."""
        make_type('thing', fields=[{'name': 'value', 'type': 'text', 'validation_regex': 'b+'}])
        assert 'pattern="b+"' not in Browser(superuser()).get('thing/add/')


@pytest.mark.django_db
class TestFilters:
    SLOW = (
        '(a(?=.*c))+$', '(a)(?=.*(?=.*b))c', r'(a*)*\1b', 'a' * 501, '(?<!a)b', '(?<=a)b', '(?!a)b',
        '(?b)\\(a*\\)*\\1b',
    )  # fmt: skip
    # Whether PostgreSQL compiles them in time depends on the machine.
    LARGE = ('((a{0,30}){0,30}){0,30}b', '(a{0,100}){0,100}b')
    HARMLESS = ('(a+)+$', '^(a|aa)+$', '(.*)*x', '(a|b)*a(a|b){250}c', r'\\1', r'\(\?=', '(?:a|b)', r'\m\w+\M')

    @pytest.fixture
    def rest(self):
        thing = make_type('thing', fields=[('value', 'longtext')])
        make_object(thing, value='a' * 50_000 + '!')
        rest = Rest(superuser())
        rest.get('thing/')
        return rest

    @pytest.mark.parametrize('lookup', ['regex', 'iregex'])
    def test_slow_patterns_are_refused(self, rest, lookup):
        for pattern in self.SLOW:
            with within(5):
                assert list(rest.get('thing/', expect=400, **{f'value__{lookup}': pattern})) == [f'value__{lookup}']

    @pytest.mark.parametrize('lookup', ['regex', 'iregex'])
    def test_large_patterns_are_answered_or_refused_in_time(self, rest, lookup):
        for pattern in self.LARGE:
            with within(5):
                response = rest.client.get(f'{API}thing/', {f'value__{lookup}': pattern}, **rest.headers)
            assert response.status_code in (200, 400)

    @pytest.mark.parametrize('lookup', ['regex', 'iregex'])
    def test_other_patterns_are_quick(self, rest, lookup):
        for pattern in self.HARMLESS:
            with within(3):
                rest.get('thing/', **{f'value__{lookup}': pattern})

    def test_the_limit_of_time_ends_with_the_check(self, rest):
        rest.get('thing/', value__regex='a')
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            assert cursor.fetchone() == ('0',)
