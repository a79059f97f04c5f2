"""
Names in Jinja2 templates that users wrote. Templates are read here, never run.

May import jinja2 only.
"""

from jinja2 import Environment, TemplateError, nodes

_environment = Environment()
# Tokens that stand between others without meaning anything.
_BLANK = ('whitespace', 'comment', 'comment_begin', 'comment_end')


def variables(template: str) -> frozenset[str]:
    """Return the variables that a template reads; none if it is not valid."""
    try:
        parsed = _environment.parse(template)
    except TemplateError:
        return frozenset()
    return frozenset(found.name for found in parsed.find_all(nodes.Name) if found.ctx == 'load')


def attributes(template: str) -> frozenset[str]:
    """Return the attributes and keys that a template asks of anything; none if it is not valid."""
    try:
        parsed = _environment.parse(template)
    except TemplateError:
        return frozenset()
    return frozenset(
        {found.attr for found in parsed.find_all(nodes.Getattr)}
        | {found.value for found in parsed.find_all(nodes.Const) if isinstance(found.value, str)}
    )


def rename_variable(template: str, old: str, new: str) -> str:
    """
    Return a template that reads the variable `new` where it read `old`, unchanged in all else.

    One that cannot be rewritten with certainty stays as it is: it is not valid, or gives one of the names a value.
    """
    if old not in variables(template):
        return template
    try:
        wanted = _environment.parse(template)
        if any(found.ctx != 'load' and found.name == new for found in wanted.find_all(nodes.Name)):
            return template
        for found in wanted.find_all(nodes.Name):
            if found.name == old:
                found.name = new
        renamed = _replaced(template, old, new)
        return renamed if _environment.parse(renamed) == wanted else template
    except (TemplateError, ValueError):
        return template


def _replaced(template: str, old: str, new: str) -> str:
    """Replace the tokens of a template that are this variable."""
    found, position = [], 0
    for _line, kind, value in _environment.lex(template):
        # A token is where it is found first: all that the lexer leaves out is white space.
        position = template.index(value, position)
        if kind not in _BLANK:
            found.append((kind, value, position))
        position += len(value)
    parts, copied = [], 0
    for number, (kind, value, position) in enumerate(found):
        before, after = _word(found, number - 1), _word(found, number + 1)
        other_role = before in ('.', '|', 'is') or (before == 'not' and _word(found, number - 2) == 'is')
        if kind == 'name' and value == old and not other_role and after != '=':
            parts += [template[copied:position], new]
            copied = position + len(value)
    return ''.join([*parts, template[copied:]])


def _word(tokens: list[tuple[str, str, int]], number: int) -> str:
    return tokens[number][1] if 0 <= number < len(tokens) else ''
