"""Documentation says what is: lists that it shares with the code, and with itself, are the same."""

import re
from importlib import import_module
from pathlib import Path

from django.core.management import BaseCommand, get_commands, load_command_class

from dev.docs_hooks import PLACE, table
from netbox_custom_objects.api.urls import urlpatterns
from netbox_custom_objects.constants import DEFAULT_SETTINGS, RESERVED_SLUGS
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.services.discreet_job import DiscreetJob
from tests.conventions.source import NAME, ROOT, modules

DOCS = ROOT / 'docs'
# Options of every Django command, which need no words of ours.
COMMON_OPTIONS = {option for action in BaseCommand().create_parser('', '')._actions for option in action.option_strings}


def text_of(path: str | Path) -> str:
    return (ROOT / path).read_text()


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of the same level."""
    level = heading.split(' ')[0]
    return text.split(f'\n{heading}\n')[1].split(f'\n{level} ')[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the first table of a text, without its head."""
    table = re.search(r'^\|.*\n\|[-|]+\n((?:\|.*\n)+)', text, re.MULTILINE).group(1)
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in table.splitlines()]


def test_settings_and_their_defaults():
    found = {
        name.strip('`'): default.strip('`') for name, default, _ in rows(text_of('docs/operations/configuration.md'))
    }
    assert found == {name: str(default) for name, default in DEFAULT_SETTINGS.items()}


def test_reserved_slugs():
    sentence = re.search(r'reserved for the plugin.*?:(.*?)\.\n', text_of('docs/concepts.md'), re.DOTALL).group(1)
    assert set(re.findall(r'`(.+?)`', sentence)) == RESERVED_SLUGS


def test_field_types():
    sentence = re.search(r'Field types: (.*?), the last two', text_of('CHANGELOG.md'), re.DOTALL).group(1)
    assert set(re.split(r',\s+|\s+and\s+', sentence)) <= set(FIELD_TYPES)


def test_the_table_of_field_types():
    assert text_of('docs/field-types/index.md').count(PLACE) == 1
    lines = table(DOCS).splitlines()
    assert lines[0] == '| Type | Holds | Column | Unique | Regex | Min, max | Convertible |'
    assert lines[2] == '| [text](text.md) | a line of text | `character varying` | yes | yes |  | yes |'
    assert '| [polymorphic object](polymorphic_object.md) |' in table(DOCS)


def test_rest_endpoints():
    paths = {
        path
        for row in rows(section(text_of('docs/rest-api.md'), '## Endpoints'))
        for path in re.findall(r'`(.*?)`', row[0])
    }
    assert {plain(path) for path in paths} == {plain(str(found.pattern)) for found in urlpatterns} - {'format'}


def plain(pattern: str) -> str:
    """Return an address with `<>` for each of its parts that vary, of a URL pattern or of the documentation."""
    if 'format' in pattern or 'drf_format_suffix' in pattern:
        return 'format'
    pattern = re.sub(r'\(\?P<\w+>[^()]*\)|<[^<>]*>', '<>', pattern)
    return pattern.strip('^$/')


def commands() -> dict[str, set[str]]:
    found = {}
    for name in sorted(name for name, app in get_commands().items() if app == NAME):
        parser = load_command_class(NAME, name).create_parser('', name)
        found[name] = {option for action in parser._actions for option in action.option_strings} - COMMON_OPTIONS
    return found


def test_commands_and_their_options():
    pages = {path: path.read_text() for path in [*(DOCS / 'operations').glob('*.md'), DOCS / 'documents.md']}
    for name, options in commands().items():
        about = '\n'.join(text for text in pages.values() if name in text)
        assert about, f'{name} is not documented'
        for option in options:
            assert re.search(rf'{option}\b', about), f'{name} {option} is not documented'


def test_commands_in_examples_exist():
    known = commands()
    for path in [ROOT / 'README.md', *DOCS.rglob('*.md')]:
        for name, rest in re.findall(r'netbox (\w+_custom_objects)((?: [^\s`"]+)*)', path.read_text()):
            assert name in known, f'{path.name}: {name}'
            unknown = set(re.findall(r' (--[\w-]+)', rest)) - known[name] - COMMON_OPTIONS
            assert not unknown, f'{path.name}: {name} {unknown}'


def subclasses(of: type) -> list[type]:
    return [found for child in of.__subclasses__() for found in (child, *subclasses(child))]


def test_jobs():
    # Pages import the jobs that they queue.
    import_module(f'{NAME}.urls')
    listed = [row[0] for row in rows(section(text_of('docs/operations/index.md'), '## Jobs'))]
    jobs = [job for job in subclasses(DiscreetJob) if job.__module__.startswith(f'{NAME}.')]
    assert sorted(listed) == sorted(str(job.name) for job in jobs)


def test_loggers():
    listed = {row[0].strip('`') for row in rows(section(text_of('docs/operations/index.md'), '## Logs'))}
    used = {name for module in modules() for name in re.findall(r"getLogger\('(.+?)'\)", module.text)}
    assert listed == used


def test_system_checks():
    pages = ''.join(path.read_text() for path in (DOCS / 'operations').glob('*.md')) + text_of('docs/permissions.md')
    found = {
        identifier.partition('.')[2] for identifier in re.findall(rf'{NAME}\.[EW]\d+', text_of(f'{NAME}/checks.py'))
    }
    assert found
    assert not {identifier for identifier in found if identifier not in pages}


def test_nothing_of_the_contract_is_missing():
    """The contract, the changelog and the concepts promise nothing for later."""
    assert '**later**' not in text_of('docs/architecture/contract.md')
    assert '### Not in' not in text_of('CHANGELOG.md')
    assert not re.findall(r'^- ', section(text_of('docs/concepts.md'), '## Limits of this release'), re.MULTILINE)
