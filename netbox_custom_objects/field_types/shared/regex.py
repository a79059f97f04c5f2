"""
Regular expressions of users, run on values of users: in linear time, by RE2, which cannot be made to hang a worker.

Patterns are written as for Python, and rewritten for RE2 here. Pure: imports neither models nor surfaces.
"""

import re
import unicodedata
import warnings
from dataclasses import dataclass
from functools import lru_cache

import re2
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .bounds import whole_number

# What a compiled pattern may take. RE2 refuses larger ones, such as \w{1000}{1000}.
MAX_MEMORY = 8 * 2**20
# Steps that RE2 may need in the worst case (instructions of the program times bytes of the text), about a second.
MAX_STEPS = 30_000_000
MAX_REPETITIONS = 1000
CACHED_PATTERNS = 64

LOOK_AROUND = _('look-around, such as (?=x) and (?<!x), is not supported')
BACK_REFERENCES = _('backreferences, such as \\1, are not supported')
POSSESSIVE = _('atomic groups and possessive quantifiers, such as (?>x) and x++, are not supported')
CONDITIONS = _('conditional groups are not supported')
FLAGS = _('the flags a, L and x are not supported')
REPETITIONS = format_lazy(_('more than {maximum} repetitions are not supported'), maximum=MAX_REPETITIONS)
NESTED = _('it is nested too deeply')
TOO_LARGE = _('it is too large')

# Shorthands of characters: (in ASCII text, in all text). Python's digits, letters and spaces are those of Unicode.
SPACES = (
    r'\t-\r\x1c-\x20',
    r'\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}',
)
NO_SPACES = (
    r'\x00-\x08\x0e-\x1b\x21-\x7f',
    r'\x00-\x08\x0e-\x1b\x21-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}'
    r'\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}',
)
# The underscore is a word character, though it is in the category Pc with the others named here.
CONNECTORS = r'\x{203f}\x{2040}\x{2054}\x{fe33}\x{fe34}\x{fe4d}-\x{fe4f}\x{ff3f}'
SHORTHANDS = {
    'd': (r'0-9', r'\p{Nd}'),
    'D': (r'\x00-\x2f\x3a-\x7f', r'\P{Nd}'),
    'w': (r'0-9A-Za-z_', r'\p{L}\p{N}_'),
    'W': (
        r'\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f',
        rf'\p{{M}}\p{{Pd}}\p{{Ps}}\p{{Pe}}\p{{Pi}}\p{{Pf}}\p{{Po}}\p{{S}}\p{{Z}}\p{{C}}{CONNECTORS}',
    ),
    's': SPACES,
    'S': NO_SPACES,
}
ASCII, UNICODE = 0, 1
# Of the errors of values.
PATTERN_CODE = 'pattern'

ESCAPE = re.compile(
    r'\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<N>[^}]*)\}'
    r'|(?P<octal>0[0-7]{0,2}|[0-3][0-7]{2})|(?P<digits>\d+)|(?P<char>.))',
    re.DOTALL,
)
QUANTIFIER = re.compile(r'[*+?]|\{(?=\d*,?\d*\})(?!\})(\d*)(,?)(\d*)\}')
GROUP = re.compile(r'\(\?(?P<on>[aiLmsux]*)(?:-(?P<off>[imsx]+))?(?P<end>[:)])')


class UnsupportedPattern(ValueError):
    """A pattern that cannot be run; its text is the reason, as the end of a sentence."""


def translate(pattern: str, variant: int) -> str:
    """
    Return a pattern in Python's notation as RE2 writes it.

    Args:
        pattern: a valid regular expression of Python's
        variant: ASCII for a program that only meets ASCII text and is much smaller, else UNICODE

    Raises:
        UnsupportedPattern: it uses what no linear-time engine can do
    """
    return _Translation(pattern, variant).run()


class _Translation:
    def __init__(self, pattern, variant):
        self.pattern = pattern
        self.variant = variant
        self.position = 0
        # Whether `$` stands for the end of each line, per open group.
        self.multiline = [False]

    def run(self) -> str:
        parts = []
        while self.position < len(self.pattern):
            parts.append(self.next_part())
        return ''.join(parts)

    def take(self, length: int) -> str:
        taken = self.pattern[self.position : self.position + length]
        self.position += length
        return taken

    def next_part(self) -> str:
        char = self.pattern[self.position]
        if char == '\\':
            return self.escape(in_class=False)
        if char == '[':
            return self.character_class()
        if char == '(':
            return self.group()
        if found := QUANTIFIER.match(self.pattern, self.position):
            return self.quantifier(found)
        self.position += 1
        if char == ')':
            self.multiline.pop()
        elif char == '$' and not self.multiline[-1]:
            return r'(?:\n?\z)'
        return r'\{' if char == '{' else char

    def escape(self, in_class: bool) -> str:
        found = ESCAPE.match(self.pattern, self.position)
        self.position = found.end()
        kind, text = found.lastgroup, found[found.lastgroup]
        if kind in ('x', 'u', 'U'):
            return literal(chr(int(text, 16)))
        if kind == 'N':
            return literal(unicodedata.lookup(text))
        if kind == 'octal' or (kind == 'digits' and in_class):
            return literal(chr(int(text, 8)))
        if kind == 'digits':
            raise UnsupportedPattern(BACK_REFERENCES)
        if text in SHORTHANDS:
            characters = SHORTHANDS[text][self.variant]
            return characters if in_class else f'[{characters}]'
        if text == 'b' and in_class:
            return r'\x08'
        if text == 'Z':
            return r'\z'
        return f'\\{text}' if text.isascii() and text.isalpha() else literal(text)

    def character_class(self) -> str:
        parts = [self.take(2 if self.pattern.startswith('[^', self.position) else 1)]
        first = True
        while first or self.pattern[self.position] != ']':
            char = self.pattern[self.position]
            if char == '\\':
                parts.append(self.escape(in_class=True))
            else:
                self.position += 1
                parts.append(rf'\{char}' if char in '[]' else char)
            first = False
        self.position += 1
        return f'{"".join(parts)}]'

    def group(self) -> str:
        rest = self.pattern[self.position + 1 : self.position + 4]
        if rest.startswith(('?=', '?!', '?<')):
            raise UnsupportedPattern(LOOK_AROUND)
        if rest.startswith('?P='):
            raise UnsupportedPattern(BACK_REFERENCES)
        if rest.startswith('?('):
            raise UnsupportedPattern(CONDITIONS)
        if rest.startswith('?>'):
            raise UnsupportedPattern(POSSESSIVE)
        if rest.startswith('?#'):
            self.position = self.pattern.index(')', self.position) + 1
            return ''
        found = GROUP.match(self.pattern, self.position)
        if found is None:
            self.multiline.append(self.multiline[-1])
            return self.take(4 if rest == '?P<' else 1)
        on, off = found['on'].replace('u', ''), found['off'] or ''
        if set(on + off) & set('aLx'):
            raise UnsupportedPattern(FLAGS)
        self.position = found.end()
        multiline = 'm' in on or (self.multiline[-1] and 'm' not in off)
        if found['end'] == ')':
            self.multiline[-1] = multiline
            return f'(?{on})' if on else ''
        self.multiline.append(multiline)
        return f'(?{on}{f"-{off}" if off else ""}:'

    def quantifier(self, found) -> str:
        self.position = found.end()
        if self.pattern.startswith('+', self.position):
            raise UnsupportedPattern(POSSESSIVE)
        if not found[0].startswith('{'):
            return found[0]
        least, comma, most = found.groups()
        numbers = [whole_number(number or 0) for number in (least, most)]
        if None in numbers or max(numbers) > MAX_REPETITIONS:
            raise UnsupportedPattern(REPETITIONS)
        return f'{{{least or 0}{comma}{most}}}'


def literal(text: str) -> str:
    """Return one character as RE2 takes it anywhere."""
    return f'\\x{{{ord(text):x}}}'


@lru_cache(CACHED_PATTERNS)
def compiled(pattern: str, variant: int):
    """Return RE2's program for a pattern in Python's notation; raise UnsupportedPattern if there is none."""
    try:
        with warnings.catch_warnings(action='ignore'):
            re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise UnsupportedPattern(_('it is not valid: {error}').format(error=error)) from error
    except RecursionError as error:
        raise UnsupportedPattern(NESTED) from error
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.never_capture = True
    options.log_errors = False
    try:
        return re2.compile(translate(pattern, variant), options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise UnsupportedPattern(TOO_LARGE if 'too large' in reason else reason) from error
    except UnicodeEncodeError as error:
        raise UnsupportedPattern(_('it contains an unpaired surrogate')) from error


def why_unusable(pattern: str) -> str:
    """Return why values cannot be validated with a pattern, '' if they can."""
    try:
        for variant in (ASCII, UNICODE):
            compiled(pattern, variant)
    except UnsupportedPattern as error:
        return str(error)
    return ''


def validate_pattern(pattern: str) -> None:
    """Raise ValidationError unless values can be validated with a pattern."""
    if reason := why_unusable(pattern):
        raise ValidationError(_('This regular expression cannot be used: {reason}.').format(reason=reason))


@dataclass(frozen=True)
class PatternValidator:
    """
    Refuses text in which a pattern is not found (anywhere, unless the pattern is anchored).

    A pattern that cannot be used, which an older release may have stored, is not enforced; type pages report it.
    """

    pattern: str
    # How people know the field.
    label: str

    def __call__(self, value) -> None:
        text = str(value)
        try:
            size = len(text.encode())
            program = compiled(self.pattern, ASCII if text.isascii() else UNICODE)
        except UnicodeEncodeError:
            self.refuse(_('Unpaired surrogates cannot be matched by a regular expression.'))
        except UnsupportedPattern:
            return
        if program.programsize * size > MAX_STEPS:
            self.refuse(_('This text is too long for the regular expression of {field}: {pattern}'))
        if program.search(text) is None:
            self.refuse(_('Values must match this regular expression: {pattern}'))

    def refuse(self, message, **params):
        raise ValidationError(message.format(field=self.label, pattern=self.pattern, **params), code=PATTERN_CODE)
