"""
Regular expressions that RE2 and PostgreSQL understand alike.

CEL's `matches` follows RE2. What PostgreSQL knows too is translated into its notation, with explicit characters in
place of classes that depend on a locale; the rest is refused. Neither engine goes back over a text.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

MAX_LENGTH = 200
# How often one part may be repeated, and all repetitions that are within each other together.
MAX_REPETITIONS = 200
MAX_GROUPS = 20

# Letters after a backslash, as the inside of a class in brackets.
CLASSES = {'d': '0-9', 'w': '0-9A-Za-z_', 's': '\\u0009\\u000A\\u000C\\u000D\\u0020'}
NAMED = {
    'alnum': '0-9A-Za-z', 'alpha': 'A-Za-z', 'blank': '\\u0009\\u0020', 'digit': '0-9', 'lower': 'a-z',
    'upper': 'A-Z', 'space': '\\u0009-\\u000D\\u0020', 'word': '0-9A-Za-z_', 'xdigit': '0-9A-Fa-f',
    'punct': '\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E',
}  # fmt: skip
CONTROLS = {'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}
HEXADECIMAL = re.compile(r'x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})')
QUANTIFIER = re.compile(r'[*+?]|\{(\d{1,4})(,?)(\d{0,4})\}', re.ASCII)
NAMED_CLASS = re.compile(r'\[:(\^?)([a-z]+):\]')


class UnsupportedPattern(ValueError):
    """A pattern that cannot be used; its text is the reason."""


def translate(pattern: str) -> str:
    """
    Return a pattern in RE2's notation as PostgreSQL writes it, so that both find the same texts.

    Raises:
        UnsupportedPattern: it is not valid, or the two do not agree on what it means
    """
    if len(pattern) > MAX_LENGTH:
        raise UnsupportedPattern(_('Patterns can have {limit} characters.').format(limit=MAX_LENGTH))
    translation = _Translation(pattern)
    text, _repetitions = translation.alternatives()
    if translation.rest:
        raise UnsupportedPattern(_('“)” closes nothing.'))
    return text


def _refused(what: str) -> UnsupportedPattern:
    return UnsupportedPattern(_('“{what}” cannot be used in a pattern.').format(what=what))


class _Translation:
    """Reads a pattern from left to right; what is read of it is returned with the number of its repetitions."""

    def __init__(self, pattern: str):
        self.rest = pattern
        self.groups = 0

    def take(self, length: int = 1) -> str:
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken

    def alternatives(self) -> tuple[str, int]:
        parts, most = [], 1
        while True:
            branch, repetitions = self.branch()
            parts.append(branch)
            most = max(most, repetitions)
            if not self.rest.startswith('|'):
                return '|'.join(parts), most
            self.take()

    def branch(self) -> tuple[str, int]:
        parts, most = [], 1
        while self.rest and self.rest[0] not in '|)':
            atom, repetitions = self.atom()
            atom, repetitions = self.quantified(atom, repetitions)
            parts.append(atom)
            most = max(most, repetitions)
        # An empty branch is an error to PostgreSQL at some places.
        return ''.join(parts) or '(?:)', most

    def atom(self) -> tuple[str, int]:
        match self.take():
            case '(':
                return self.group()
            case '[':
                return self.brackets(), 1
            case '.':
                return '[^\\u000A]', 1
            case '^' | '$' as anchor:
                return anchor, 0
            case '\\':
                return self.escape()
            case '*' | '+' | '?' | '{' as quantifier:
                raise UnsupportedPattern(_('“{what}” repeats nothing.').format(what=quantifier))
            case character:
                return _literal(character), 1

    def group(self) -> tuple[str, int]:
        if self.rest.startswith('?:'):
            self.take(2)
        elif self.rest.startswith('?'):
            raise _refused(f'({self.rest[:2]}')
        self.groups += 1
        if self.groups > MAX_GROUPS:
            raise UnsupportedPattern(_('Patterns can have {limit} groups.').format(limit=MAX_GROUPS))
        inner, repetitions = self.alternatives()
        if self.take() != ')':
            raise UnsupportedPattern(_('“(” is not closed.'))
        return f'(?:{inner})', repetitions

    def quantified(self, atom: str, repetitions: int) -> tuple[str, int]:
        """Return an atom with the quantifier that follows it."""
        found = QUANTIFIER.match(self.rest)
        if not found:
            if self.rest.startswith('{'):
                raise _refused('{')
            return atom, max(repetitions, 1)
        if not repetitions:
            raise UnsupportedPattern(_('“{what}” cannot be repeated.').format(what=atom))
        quantifier = self.take(found.end())
        if quantifier.startswith('{'):
            least, most = int(found[1]), int(found[3] or found[1])
            if least > most:
                raise _refused(quantifier)
            repetitions *= max(most, 1)
            if repetitions > MAX_REPETITIONS:
                raise UnsupportedPattern(_('Patterns can repeat a part {limit} times.').format(limit=MAX_REPETITIONS))
        if self.rest.startswith('?'):
            # Greedy or lazy does not matter for whether there is a match.
            self.take()
        if self.rest.startswith(('*', '+', '?', '{')):
            raise _refused(quantifier + self.rest[0])
        return f'{atom}{quantifier}', repetitions

    def escape(self) -> tuple[str, int]:
        letter = self.rest[:1]
        if letter.lower() in CLASSES:
            self.take()
            return f'[{"^" if letter.isupper() else ""}{CLASSES[letter.lower()]}]', 1
        if letter in ('A', 'z'):
            self.take()
            return '^' if letter == 'A' else '$', 0
        return _literal(self.escaped_character()), 1

    def escaped_character(self) -> str:
        if found := HEXADECIMAL.match(self.rest):
            self.take(found.end())
            code = int(found[1] or found[2], 16)
            if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise _refused(f'\\{found[0]}')
            return chr(code)
        letter = self.take()
        if letter in CONTROLS:
            return CONTROLS[letter]
        if not letter or letter.isalnum() or not letter.isascii() or letter == '_':
            raise _refused(f'\\{letter}')
        return letter

    def brackets(self) -> str:
        negated = self.rest.startswith('^')
        if negated:
            self.take()
        parts = list(self.bracket_parts())
        return f'[{"^" if negated else ""}{"".join(parts)}]'

    def bracket_parts(self) -> Iterator[str]:
        first = True
        while first or not self.rest.startswith(']'):
            first = False
            if not self.rest:
                raise UnsupportedPattern(_('“[” is not closed.'))
            if found := NAMED_CLASS.match(self.rest):
                if found[1] or found[2] not in NAMED:
                    raise _refused(found[0])
                self.take(found.end())
                yield NAMED[found[2]]
                continue
            if self.rest[0] == '\\' and self.rest[1:2] in CLASSES:
                yield CLASSES[self.take(2)[1]]
                continue
            yield self.character_or_range()
        self.take()

    def character_or_range(self) -> str:
        start = self.bracket_character()
        if not self.rest.startswith('-') or self.rest.startswith('-]'):
            return _literal(start)
        self.take()
        end = self.bracket_character()
        if start > end:
            raise _refused(f'{start}-{end}')
        return f'{_literal(start)}-{_literal(end)}'

    def bracket_character(self) -> str:
        character = self.take()
        if not character:
            raise UnsupportedPattern(_('“[” is not closed.'))
        if character == '[' and self.rest[:1] in ('.', '=', ':') or character == '-' and self.rest[:1] not in (']', ''):
            raise _refused(f'{character}{self.rest[:1]}')
        return self.escaped_character() if character == '\\' else character


def _literal(character: str) -> str:
    """Return one character as PostgreSQL takes it, within brackets and outside."""
    if character.isascii() and character.isalnum():
        return character
    return f'\\u{ord(character):04X}' if ord(character) <= 0xFFFF else f'\\U{ord(character):08X}'
