"""All text that users read goes through gettext. Management commands are English, as NetBox's own are."""

import ast
import re
from collections.abc import Iterator

from tests.conventions.source import NAME, ROOT, modules

TEMPLATES = ROOT / NAME / 'templates'

# Keyword arguments and attributes of classes that hold a text.
TEXTS = {
    'description', 'empty_text', 'help_text', 'label', 'title', 'verbose_name', 'verbose_name_plural',
    'violation_error_message',
}  # fmt: skip
# Calls that show a text, and which argument it is.
CALLS = {
    'AbortRequest': 0,
    'Conflict': 0,
    'CheckUnderWay': 0,
    'Http404': 0,
    'NotFound': 0,
    'PermissionDenied': 0,
    'ProtectedError': 0,
    'RestoreRefused': 0,
    'SchemaChangeRefused': 0,
    'ValidationError': 0,
    **{f'messages.{level}': 1 for level in ('debug', 'error', 'info', 'success', 'warning')},
}
# Errors whose constructors make the text.
MAKERS = f'{NAME}.exceptions'
# Whose texts are English: commands and what only they print, and system checks.
ENGLISH = ('management', 'evolution', 'migrations', 'checks')
# The plugin's own name, which is one; descriptions in GraphQL schemas, which are made once for all users.
GRAPHQL = ('extensions', 'linked', 'schema', 'types.island')
UNTRANSLATED = (NAME, f'{NAME}.field_types.graphql', *(f'{NAME}.graphql.{name}' for name in GRAPHQL))

ATTRIBUTES = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"')
TRANSLATED = re.compile(r'{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}', re.DOTALL)
HIDDEN = re.compile(r'{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|<!--.*?-->|<(script|style)\b.*?</\1>', re.DOTALL)
WORD = re.compile(r'[A-Za-z]{2,}')


def test_texts_of_python_are_translated():
    found = [
        f'{module}:{line}: {text}'
        for module in modules()
        if module.room not in ENGLISH and module.name not in UNTRANSLATED
        for text, line in untranslated(module.tree, module.name == MAKERS)
    ]
    assert not found, '\n'.join(found)


def untranslated(tree: ast.Module, makes_texts: bool = False) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from plain_texts(*[keyword.value for keyword in node.keywords if keyword.arg in TEXTS])
            name = ast.unparse(node.func)
            position = CALLS.get(name, CALLS.get(name.split('.')[-1]))
            if makes_texts and name == 'super().__init__':
                position = 0
            if position is not None and len(node.args) > position:
                yield from plain_texts(node.args[position])
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.Assign) and {ast.unparse(name) for name in statement.targets} & TEXTS:
                    yield from plain_texts(statement.value)


def plain_texts(*nodes: ast.expr) -> Iterator[tuple[str, int]]:
    """Yield the literal texts among expressions, and in lists and dictionaries of them."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            yield from plain_texts(*node.values)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from plain_texts(*node.elts)
        elif isinstance(node, ast.ListComp):
            yield from plain_texts(node.elt)
        elif isinstance(node, ast.DictComp):
            yield from plain_texts(node.value)
        elif isinstance(node, ast.IfExp):
            yield from plain_texts(node.body, node.orelse)
        elif isinstance(node, ast.JoinedStr):
            text = ''.join(part.value for part in node.values if isinstance(part, ast.Constant))
            if WORD.search(text):
                yield text, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.search(node.value):
            yield node.value, node.lineno


def test_texts_are_translated_when_they_are_shown():
    """What is translated while a module is imported stays in the language of that moment."""
    found = [
        f'{module}:{line}'
        for module in modules()
        for call, line in calls_on_import(module.tree)
        if call in ('_.format', 'ngettext', 'gettext') or (call == '_' and 'gettext_lazy as _' not in module.text)
    ]
    assert not found


def calls_on_import(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (name, line) of calls outside of functions; `_.format` for one of what `_()` returns."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield re.sub(r'^_\(.*\)\.format$', '_.format', ast.unparse(child.func), flags=re.DOTALL), child.lineno
        yield from calls_on_import(child)


def test_texts_of_templates_are_translated():
    found = [
        f'{path.relative_to(TEMPLATES)}: {text}'
        for path in sorted(TEMPLATES.rglob('*.html'))
        for text in bare_texts(path.read_text())
    ]
    assert not found, '\n'.join(found)


def bare_texts(template: str) -> Iterator[str]:
    """Yield the words of a template that stand outside of tags, or in attributes that users read."""
    text = TRANSLATED.sub('', HIDDEN.sub('', template))
    text = re.sub(r'{%.*?%}|{{.*?}}', '', text, flags=re.DOTALL)
    for attribute in ATTRIBUTES.findall(text):
        if WORD.search(attribute):
            yield attribute
    for line in re.sub(r'<[^>]*>', '', text, flags=re.DOTALL).splitlines():
        if WORD.search(line):
            yield line.strip()


def test_untranslated_texts_are_found():
    """What would go unnoticed if the patterns above matched nothing."""
    assert list(bare_texts('<b title="Some words">{% trans "a" %} more {{ x }}</b>')) == ['Some words', 'more']
    assert not list(
        bare_texts('{% blocktrans %}words{% endblocktrans %}{# words #}<a title="{% trans "words" %}">{{ a }}')
    )
    code = """
class A:
    verbose_name = 'Assigned'
field(label='Keyword', help_text=_('translated'))
raise ValidationError({'key': ['In a list', _('translated')]})
messages.info(request, f'Message {number}')
"""
    found = [text for text, line in untranslated(ast.parse(code))]
    assert sorted(found) == ['Assigned', 'In a list', 'Keyword', 'Message ']


# Words of no manual: each has a plain one (the glossary in docs/concepts.md has the terms).
ODD = re.compile(
    r"\b(?:whoever|whosoever|nobody|nobody's|somebody|anybody|everybody|shall|thereby|mend(?:s|ed|ing)?|settles?|"
    r'lets? go|(?<!here )(?:is|are) no(?!\s+longer))\b'
)


def test_texts_are_plain():
    found = [
        f'{module}:{line}: {text}'
        for module in modules()
        for text, line in module.strings()
        if module.room != 'migrations' and ODD.search(text)
    ]
    pages = [*TEMPLATES.rglob('*.html'), ROOT / 'README.md', *(ROOT / 'docs').rglob('*.md')]
    found += [
        f'{path.relative_to(ROOT)}: {odd.group(0)}'
        for path in pages
        # Architecture is written for developers, and has quotations.
        if 'architecture' not in path.parts
        for odd in ODD.finditer(path.read_text())
    ]
    assert not found, '\n'.join(found)
