"""The reading page and the overview name files that exist, in lists that are short enough to be read."""

import re

import pytest

from dev.paths import PACKAGE, ROOT

ARCHITECTURE = ROOT / 'docs' / 'architecture'
# How many files each path of the reading page may have.
LIMITS = {
    'edit-a-field': 12,
    'list-objects': 10,
    'merge-a-branch': 12,
    'delete-a-core-object': 8,
    'add-a-field-type': 3,
}
SECTION = re.compile(r'^## .*?\{ #([\w-]+) \}\n(.*?)(?=^## |\Z)', re.MULTILINE | re.DOTALL)
STEP = re.compile(r'^\d+\. (.*(?:\n   .*)*)', re.MULTILINE)
FILE = re.compile(r'`((?:[\w.-]+/)*[\w-]+\.(?:py|md|yml))`')


def sections(page: str) -> dict[str, str]:
    """Return the sections of a page of the architecture by the name that links lead to."""
    return dict(SECTION.findall((ARCHITECTURE / page).read_text()))


def missing(text: str) -> list[str]:
    """Return the files that a text names and that are neither in the package nor in the project."""
    return [name for name in FILE.findall(text) if not ((PACKAGE / name).is_file() or (ROOT / name).is_file())]


def steps(section: str) -> list[str]:
    """Return the file of each step of a list; each step begins with its file, and names no other one."""
    found = []
    for step in STEP.findall(section):
        files = FILE.findall(step)
        assert len(files) == 1, f'not one file: {step}'
        assert step.startswith(f'`{files[0]}`'), f'does not begin with its file: {step}'
        found += files
    return found


@pytest.mark.parametrize('name', LIMITS)
def test_a_path_through_the_code_is_short(name):
    files = steps(sections('reading.md')[name])
    assert 0 < len(files) <= LIMITS[name], f'{len(files)} files, of at most {LIMITS[name]}'
    twice = {file for file in files if files.count(file) > 1}
    assert not twice, f'the path comes back to {sorted(twice)}'


def test_reading_page_has_these_paths_and_names_files_that_exist():
    found = sections('reading.md')
    assert found.keys() == LIMITS.keys()
    assert not missing(''.join(found.values()))


def test_one_change_end_to_end_is_one_file_a_step():
    files = steps(sections('overview.md')['ch-8'])
    twice = {file for file in files if files.count(file) > 1}
    assert len(files) > 12
    assert not twice, f'chapter 8 comes back to {sorted(twice)}'


def test_overview_names_files_that_exist():
    found = sections('overview.md')
    assert not missing(found['ch-4'] + found['ch-8'])
    tests = re.findall(r'`((?:tests/\w+/)?test_\w+\.py)`', found['ch-5'])
    assert len(tests) > 12
    for name in tests:
        assert list((ROOT / 'tests').rglob(name.rpartition('/')[2])), f'chapter 5 names {name}, which does not exist'
