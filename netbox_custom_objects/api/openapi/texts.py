"""
Documents as text, in JSON and in YAML: each of their entries by itself, so that those that were kept are put together.

Entries are paths, components, and what else stands at the top of a document. May import drf-spectacular's renderers.
"""

import pickle
import re
import zlib
from collections.abc import Iterable, Iterator

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
    # What stands before, between and after the entries of a document.
    start, between, end = b'{', b',', b'}'
    render = staticmethod(CompactJsonRenderer().render)

    def texts(self, place: tuple[str, ...], entries: dict) -> list[bytes]:
        """Return the texts of entries of a mapping, whose keys lead to it from the top."""
        return [self.render({name: value})[1:-1] for name, value in entries.items()]

    def around(self, depth: int, name: str, is_empty: bool) -> tuple[bytes, bytes]:
        """Return what stands before and after the entries of a mapping that is an entry itself, below the top."""
        return self.texts((), {name: {}})[0][:-1], self.end


class YAMLForm:
    """YAML as drf-spectacular writes it."""

    name = 'yaml'
    start = between = end = b''
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

    def around(self, depth: int, name: str, is_empty: bool) -> tuple[bytes, bytes]:
        key = INDENT * depth + self.render({name: {}})
        return key if is_empty else key.replace(b': {}', b':'), self.end


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
    return b''.join((form.start, *_parts(document, form, 0), form.end))


def _parts(tree: Tree, form: Form, depth: int) -> Iterator[bytes]:
    """Yield the text of a mapping in parts: it is long, and put together once."""
    for number, (name, value) in enumerate(tree.items()):
        if number:
            yield form.between
        if isinstance(value, dict):
            before, after = form.around(depth, name, not value)
            yield before
            yield from _parts(value, form, depth + 1)
            yield after
        else:
            yield value


def packed(document: Tree) -> bytes:
    """Return a document for the cache: texts repeat themselves, and take a tenth of the space."""
    return zlib.compress(pickle.dumps(document), 1)


def unpacked(kept: bytes) -> Tree:
    return pickle.loads(zlib.decompress(kept))


def _is_mapping(place: tuple[str, ...]) -> bool:
    return place == (PATHS,) or (place[0] == COMPONENTS and len(place) <= 2)
