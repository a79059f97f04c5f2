"""Reads the models of the gallery from the files of this folder; each file is read once."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _

from ...exceptions import CustomObjectsError
from ..exporter import as_exported
from ..reading import parse

SUFFIX = '.yaml'


class UnknownModel(CustomObjectsError):
    """The gallery has no model of this name."""


@dataclass(frozen=True)
class GalleryModel:
    """One model: what people read about it, its document, and its sample objects."""

    # What the file is called.
    name: str
    title: str
    # One sentence.
    summary: str
    # Markdown.
    description: str
    # A class of Material Design Icons.
    icon: str
    tags: tuple[str, ...]
    # As an export of the installed model is: with hashes, so that a type that is there and differs is not overwritten.
    document: dict
    # By the slug of the type, in the order in which they are created.
    rows: dict[str, list[dict]]

    @property
    def slugs(self) -> list[str]:
        return [entry['slug'] for entry in self.document['types']]

    @property
    def field_count(self) -> int:
        return sum(len(entry['fields']) for entry in self.document['types'])

    @property
    def row_count(self) -> int:
        return sum(map(len, self.rows.values()))


@cache
def gallery_models() -> tuple[GalleryModel, ...]:
    """Return all models, by title."""
    found = [
        _read(file.name.removesuffix(SUFFIX), file.read_text(encoding='utf-8'))
        for file in files(__package__).iterdir()
        if file.name.endswith(SUFFIX)
    ]
    return tuple(sorted(found, key=lambda model: model.title))


def find_model(name: str) -> GalleryModel:
    """Return the model of a name; raise UnknownModel."""
    for model in gallery_models():
        if model.name == name:
            return model
    raise UnknownModel(_('The gallery has no model "{name}".').format(name=name))


def _read(name: str, text: str) -> GalleryModel:
    content = parse(text)
    about = content['gallery']
    return GalleryModel(
        name,
        about['title'],
        about['summary'],
        about['description'].strip(),
        about['icon'],
        tuple(about['tags']),
        as_exported(content),
        content['rows'],
    )
