"""
Hooks of MkDocs: the page of a field type is found by being in docs/field-types, for the navigation and for the table of
all types. What the table says of a type stands at the head of its page.
"""

from pathlib import Path

import yaml

FOLDER = 'field-types'
PLACE = '<!-- the table of all types: see dev/docs_hooks.py -->'
HEADINGS = ('Type', 'Holds', 'Column', 'Unique', 'Regex', 'Min, max', 'Convertible')


def field_type_pages(docs: str | Path) -> dict[str, dict]:
    """Return what stands at the head of the page of each field type, in the order of the types."""
    found = {}
    for path in Path(docs, FOLDER).glob('*.md'):
        text = path.read_text()
        if text.startswith('---\n'):
            found[path.stem] = yaml.safe_load(text.split('---\n')[1])
    return dict(sorted(found.items(), key=lambda item: (item[1]['position'], item[0])))


def table(docs: str | Path) -> str:
    """Return the table of all field types."""
    lines = [HEADINGS, ('---',) * len(HEADINGS)]
    for name, head in field_type_pages(docs).items():
        marks = ['yes' if mark is True else mark or '' for mark in map(head.get, ('unique', 'regex', 'limits'))]
        convertible = 'yes' if head.get('convertible') else ''
        lines.append((f'[{title(name)}]({name}.md)', head['holds'], head['column'], *marks, convertible))
    return '\n'.join(f'| {" | ".join(cells)} |' for cells in lines)


def title(name: str) -> str:
    return name.replace('polymorphic_', 'polymorphic ')


def on_config(config):
    """Add the pages to the navigation, below the page about all types."""
    (section,) = (entry for entry in config.nav if 'Field types' in entry)
    section['Field types'] += [{title(name): f'{FOLDER}/{name}.md'} for name in field_type_pages(config.docs_dir)]
    return config


def on_page_markdown(markdown, page, config, files):
    """Put the table in its place."""
    return markdown.replace(PLACE, table(config.docs_dir)) if PLACE in markdown else markdown
