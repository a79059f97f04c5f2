"""Headers of columns become names of fields. Nothing is asked of the database."""

import re
import unicodedata
from collections.abc import Iterable

from ...models.validation.reserved import alternatives, is_reserved

NAME_LENGTH, LABEL_LENGTH = 50, 50
# Letters that are not a Latin letter with a mark.
LETTERS = str.maketrans({
    'ß': 'ss', 'æ': 'ae', 'Æ': 'ae', 'ø': 'o', 'Ø': 'o', 'œ': 'oe', 'Œ': 'oe', 'ł': 'l', 'Ł': 'l', 'đ': 'd', 'Đ': 'd',
    'ı': 'i', 'þ': 'th', 'Þ': 'th', 'ð': 'd', 'Ð': 'd', '#': ' number ', '%': ' percent ', '€': ' eur ', '$': ' usd ',
    '°': ' degrees ', '&': ' and ',
})  # fmt: skip
CAMEL = re.compile(r'(?<=[a-z0-9])(?=[A-Z][a-z])')
# Attributes that fields of some types have besides their own name.
DERIVED = ('_id', '_title', '_latitude', '_longitude')


def name_of(header: str) -> str:
    """Return the name that a header suggests, '' if it has no Latin letters and digits."""
    text = CAMEL.sub(' ', header.translate(LETTERS))
    text = unicodedata.normalize('NFKD', text).encode('ascii', 'ignore').decode().lower()
    name = '_'.join(re.findall('[a-z0-9]+', text))[:NAME_LENGTH].strip('_')
    return f'n_{name}'[:NAME_LENGTH].strip('_') if name[:1].isdigit() else name


def names_of(headers: Iterable[str]) -> list[str]:
    """Return a name for each header: none is reserved, and all are different."""
    taken: set[str] = set()
    found = []
    for number, header in enumerate(headers, start=1):
        name = name_of(header) or f'column_{number}'
        if is_reserved(name):
            name = next(other for other in alternatives(name) if not is_reserved(other))
        name = _free(name, taken)
        taken.add(name)
        found.append(name)
    return found


def labels_of(headers: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return what fields are labelled: the header, unless the name alone reads the same."""
    labels = [' '.join(header.split())[:LABEL_LENGTH].strip() for header in headers]
    return ['' if label.lower() == name.replace('_', ' ') else label for label, name in zip(labels, names)]


def _free(name: str, taken: set[str]) -> str:
    wanted, number = name, 1
    while name in taken or _is_derived(name, taken) or is_reserved(name):
        number += 1
        name = f'{wanted[: NAME_LENGTH - 4].strip("_")}_{number}'
    return name


def _is_derived(name: str, taken: set[str]) -> bool:
    """Whether another field may have an attribute of this name, or this one may have one of another's name."""
    own = {f'{name}{suffix}' for suffix in DERIVED}
    return bool(own & taken) or any(name.endswith(suffix) and name.removesuffix(suffix) in taken for suffix in DERIVED)
