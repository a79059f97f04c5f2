"""
Documents as text, in JSON and in YAML: each of their entries by itself, so that those that were kept are put together.

Entries are paths, components, and what else stands at the top of a document. May import drf-spectacular's renderers.
"""

import re
from collections.abc import Iterable

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)

# A document, or some entries of one; or the same with texts in place of entries.
Tree = dict[str, 'Tree | bytes']
# The mappings whose entries are texts of their own; the second one's are such mappings again.
PATHS, COMPONENTS = 'paths', 'components'
INDENT = b'  '


class AsWritten:
    """Passes on a document that is written already."""

    def render(self, data, *args, **kwargs):
        return data if isinstance(data, bytes) else super().render(data, *args, **kwargs)


class Compact(AsWritten):
    """Leaves out the indentation, which would be two thirds of the document."""

    def get_indent(self, accepted_media_type, renderer_context):
        return None


class CompactJsonRenderer(Compact, OpenApiJsonRenderer):
    """JSON by its own media type."""


class CompactJsonRenderer2(Compact, OpenApiJsonRenderer2):
    """JSON as such."""


class YamlRenderer(AsWritten, OpenApiYamlRenderer):
    """YAML by its own media type."""


class YamlRenderer2(AsWritten, OpenApiYamlRenderer2):
    """YAML as such."""


class JSONForm:
    """Compact JSON."""

    name = 'json'
    render = staticmethod(CompactJsonRenderer().render)

    def texts(self, place: tuple[str, ...], entries: dict) -> list[bytes]:
        """Return the texts of entries of a mapping, whose keys lead to it from the top."""
        return [self.render({name: value})[1:-1] for name, value in entries.items()]

    def mapping(self, depth: int, name: str, texts: list[bytes]) -> bytes:
        """Return the text of a mapping that is an entry itself, some levels below the top."""
        return self.texts((), {name: {}})[0][:-1] + b','.join(texts) + b'}'

    def whole(self, texts: Iterable[bytes]) -> bytes:
        return b'{' + b','.join(texts) + b'}'


class YAMLForm:
    """YAML as drf-spectacular writes it."""

    name = 'yaml'
    render = staticmethod(YamlRenderer().render)

    def texts(self, place: tuple[str, ...], entries: dict) -> list[bytes]:
        # Where they will stand: how lines are folded depends on it.
        document = entries
        for name in reversed(place):
            document = {name: document}
        text = self.render(document).split(b'\n', len(place))[-1]
        found = re.split(rb'^(?=%s[^ -])' % (INDENT * len(place)), text, flags=re.MULTILINE)[1:]
        if len(found) == len(entries):
            return found
        # A key that is too long for one line.
        return [self.texts(place, {name: value})[0] for name, value in entries.items()] if len(entries) > 1 else [text]

    def mapping(self, depth: int, name: str, texts: list[bytes]) -> bytes:
        # As a mapping that is empty is written.
        key = INDENT * depth + self.render({name: {}})
        return b''.join([key.replace(b': {}', b':'), *texts]) if texts else key

    def whole(self, texts: Iterable[bytes]) -> bytes:
        return b''.join(texts)


Form = JSONForm | YAMLForm
# By the renderers that clients choose by media type or `?format=`.
FORMS: dict[type, Form] = {
    YamlRenderer: YAMLForm(),
    YamlRenderer2: YAMLForm(),
    CompactJsonRenderer: JSONForm(),
    CompactJsonRenderer2: JSONForm(),
}


def write(document: Tree, form: Form, place: tuple[str, ...] = ()) -> Tree:
    """Return a document, or what stands at a place in one, with texts for its entries."""
    entries = {name: value for name, value in document.items() if not _is_mapping((*place, name))}
    texts = dict(zip(entries, form.texts(place, entries))) if entries else {}
    return {
        name: texts[name] if name in texts else write(value, form, (*place, name)) for name, value in document.items()
    }


def merge(document: Tree, others: Iterable[Tree]) -> Tree:
    """Return a document with the paths and components of others as well; its own components stay."""
    paths, components = dict(document[PATHS]), {kind: {} for kind in document[COMPONENTS]}
    for other in others:
        paths |= other[PATHS]
        for kind, entries in other[COMPONENTS].items():
            components.setdefault(kind, {}).update(entries)
    for kind, entries in document[COMPONENTS].items():
        components[kind].update(entries)
    return {
        **document,
        PATHS: paths,
        COMPONENTS: {kind: dict(sorted(found.items())) for kind, found in components.items()},
    }


def join(document: Tree, form: Form) -> bytes:
    """Return the text of a document whose entries are texts."""
    return form.whole(_texts(document, form, 0))


def _texts(tree: Tree, form: Form, depth: int) -> list[bytes]:
    return [
        form.mapping(depth, name, _texts(value, form, depth + 1)) if isinstance(value, dict) else value
        for name, value in tree.items()
    ]


def _is_mapping(place: tuple[str, ...]) -> bool:
    return place == (PATHS,) or (place[0] == COMPONENTS and len(place) <= 2)
