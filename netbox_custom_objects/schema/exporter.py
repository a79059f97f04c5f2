"""
Writes types as a document: the same types give the same document, to the byte, wherever they are.

May import models. Ids of rows are not part of it, apart from the `schema_id` by which fields are identified.
"""

import hashlib
import json
from collections.abc import Iterable
from operator import itemgetter

import yaml
from django.utils.translation import gettext as _

from extras.models import CustomFieldChoiceSet

from ..definitions import CONDITIONS, canonical_json, with_names
from ..field_types.constraints import with_field_names
from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ..models.rows.convert import field_definition
from ..runtime.linked_defaults import shown_path
from .errors import ExportRefused
from .format import (
    CHOICE_SET_DEFAULTS,
    CONSTRAINT_DEFAULTS,
    FIELD_DEFAULTS,
    SCHEMA_FORMAT_VERSION,
    TYPE_DEFAULTS,
    is_reference,
    normal_choice_set,
    normal_constraint,
    normal_field,
    normal_type,
    without_defaults,
)
from .rollups import NAMING, RolledUp
from .targets import TargetNames, type_id_of

# Digits of a hash: enough that no two states of a type are taken for each other.
HASH_DIGITS = 16
# Named by other means than their values.
_TARGETS = ('related_object_type', 'related_object_types')


class Snapshot:
    """The types of the current schema as documents describe them."""

    def __init__(self, types: Iterable[CustomObjectType], fields=None, constraints=None):
        """
        Args:
            types: those to describe
            fields: a queryset of the fields to describe, by default all
            constraints: likewise
        """
        self.types = {type_.pk: type_ for type_ in types}
        slugs = dict(CustomObjectType.objects.values_list('pk', 'slug'))
        self.names = TargetNames(slugs)
        fields = CustomObjectTypeField.objects.all() if fields is None else fields
        rows = fields.filter(custom_object_type__in=self.types).order_by('schema_id')
        rows = rows.select_related('choice_set', 'related_object_type').prefetch_related('related_object_types')
        self.fields: dict[int, list[CustomObjectTypeField]] = {pk: [] for pk in self.types}
        for field in rows:
            self.fields[field.custom_object_type_id].append(field)
        self.rolled_up = RolledUp(rows, slugs)
        constraints = CustomObjectTypeConstraint.objects.all() if constraints is None else constraints
        self.constraints: dict[int, list[CustomObjectTypeConstraint]] = {pk: [] for pk in self.types}
        for row in constraints.filter(custom_object_type__in=self.types).order_by('name'):
            self.constraints[row.custom_object_type_id].append(row)

    def holds(self, type_id: int, fields: int, constraints: int) -> bool:
        """Whether so many fields and constraints of a type are described."""
        return len(self.fields[type_id]) == fields and len(self.constraints[type_id]) == constraints

    def field(self, field: CustomObjectTypeField, names: dict[int, str] | None = None) -> dict:
        """
        Return all attributes of a field as documents have them.

        Args:
            field: the field
            names: how to call the fields that it reads, by primary key, if not as they are called now
        """
        found = {'id': field.schema_id, 'name': field.name, 'type': field.type}
        for name in FIELD_DEFAULTS:
            if name not in (*_TARGETS, *NAMING, 'choice_set'):
                found[name] = getattr(field, name)
        if field.default_from:
            found['default_from'] = self._shown_path(field.default_from, names or {})
        for name in ('expression', *CONDITIONS):
            if found[name]:
                found[name] = self._shown(found[name], field.custom_object_type_id, names)
        if field.aggregate:
            found |= self.rolled_up.names(field, names or {})
        if is_reference(found):
            del found['default']
        if field.choice_set is not None:
            found['choice_set'] = field.choice_set.name
        if field.related_object_type is not None:
            found['related_object_type'] = self.names.name(field.related_object_type)
        if field.is_polymorphic:
            targets = [self.names.name(target) for target in field.related_object_types.all()]
            found['related_object_types'] = [name for name in targets if name is not None]
        return normal_field(found)

    def constraint(self, row: CustomObjectTypeConstraint, names: dict[int, str] | None = None) -> dict:
        """
        Return all attributes of a constraint as documents have them.

        Args:
            row: the constraint
            names: how to call fields, by primary key, if not as they are called now
        """
        known = {field.pk: field.name for field in self.fields[row.custom_object_type_id]} | (names or {})
        found = {name: getattr(row, name) for name in ('type', *CONSTRAINT_DEFAULTS) if name != 'fields'}
        for name in ('condition', 'expression'):
            found[name] = self._shown(found[name], row.custom_object_type_id, names) if found[name] else ''
        return normal_constraint({**found, 'fields': [known.get(pk, f'${pk}') for pk in row.field_ids]})

    def _shown(self, stored: str, type_id: int, names: dict[int, str] | None) -> str:
        """Return an expression with the names of fields in place of keys."""
        names = names or {}
        fields = [field_definition(row, name=names.get(row.pk, row.name)) for row in self.fields[type_id]]
        return with_field_names(stored, fields)

    def _shown_path(self, stored: str, names: dict[int, str]) -> str:
        known = {row.pk: row.name for rows in self.fields.values() for row in rows}
        return shown_path(with_names(stored, {**known, **names}))

    def entry(self, type_: CustomObjectType) -> dict:
        """Return what a document says of a type."""
        constraints = {row.name: self.constraint(row) for row in self.constraints[type_.pk]}
        entry = type_entry(type_.slug, type_attributes(type_), map(self.field, self.fields[type_.pk]), constraints)
        if removed := tombstones(type_, {field.schema_id for field in self.fields[type_.pk]}):
            entry['removed_fields'] = removed
        return entry


def type_attributes(type_: CustomObjectType) -> dict:
    return normal_type({name: getattr(type_, name) for name in ('name', *TYPE_DEFAULTS)})


def type_entry(slug: str, attributes: dict, fields: Iterable[dict], constraints: dict[str, dict]) -> dict:
    """Return what a document says of a type with these attributes, fields and constraints, and need not leave out."""
    entry = {'name': attributes['name'], 'slug': slug, **without_defaults(attributes, TYPE_DEFAULTS)}
    entry['fields'] = [
        {'id': found['id'], 'name': found['name'], 'type': found['type'], **without_defaults(found, FIELD_DEFAULTS)}
        for found in fields
    ]
    if constraints:
        entry['constraints'] = [
            {'name': name, 'type': found['type'], **without_defaults(found, CONSTRAINT_DEFAULTS)}
            for name, found in sorted(constraints.items())
        ]
    return entry


def choice_set_attributes(choice_set: CustomFieldChoiceSet) -> dict:
    found = {name: getattr(choice_set, name) or default for name, default in CHOICE_SET_DEFAULTS.items()}
    return normal_choice_set(found)


def choice_set_entry(choice_set: CustomFieldChoiceSet) -> dict:
    """Return what a document says of a choice set."""
    return {'name': choice_set.name, **without_defaults(choice_set_attributes(choice_set), CHOICE_SET_DEFAULTS)}


def as_exported(document: dict) -> dict:
    """Return a document that was written by hand as an export of what it describes would be."""
    sets = [
        {'name': found['name'], **without_defaults(normal_choice_set(found), CHOICE_SET_DEFAULTS)}
        for found in document.get('choice_sets', [])
    ]
    types = [
        type_entry(
            found['slug'],
            normal_type(found),
            map(normal_field, sorted(found['fields'], key=itemgetter('id'))),
            {constraint['name']: normal_constraint(constraint) for constraint in found.get('constraints', [])},
        )
        for found in document['types']
    ]
    return compose(map(with_base, sets), map(with_base, types))


def compose(choice_sets: Iterable[dict], types: Iterable[dict]) -> dict:
    """Return a document of entries, in the order of exports."""
    sets = sorted(choice_sets, key=itemgetter('name'))
    types = sorted(types, key=itemgetter('slug'))
    return {'schema_version': SCHEMA_FORMAT_VERSION, **({'choice_sets': sets} if sets else {}), 'types': types}


def tombstones(type_: CustomObjectType, live: set[int]) -> list[dict]:
    """Return the fields that the last document of a type had, or removed, and that the type does not have."""
    document = ((type_.schema_document or {}).get('types') or [{}])[0]
    gone = {field['id']: field for field in document.get('removed_fields', []) if field['id'] not in live}
    for field in document.get('fields', []):
        if field['id'] not in live:
            gone.setdefault(field['id'], {name: field[name] for name in ('id', 'name', 'type')})
    return [gone[pk] for pk in sorted(gone)]


def base_of(entry: dict) -> str:
    """Return the hash by which an entry of a document tells later what it was made from."""
    left_out = ('base', 'removed_fields', 'removed_constraints')
    state = {name: value for name, value in entry.items() if name not in left_out}
    return hashlib.sha256(canonical_json(state).encode()).hexdigest()[:HASH_DIGITS]


def with_base(entry: dict) -> dict:
    """Return an entry with its hash behind the names by which it is told."""
    names = [name for name in ('name', 'slug') if name in entry]
    return {**{name: entry[name] for name in names}, 'base': base_of(entry), **entry}


def export_cot(cot: CustomObjectType) -> dict:
    """Return the entry of one type, without what it refers to."""
    return Snapshot([cot]).entry(cot)


def export_cots(cots: Iterable[CustomObjectType]) -> dict:
    """Return a document of types, with what they need."""
    return export_types(cots)


def export_types(types: Iterable[CustomObjectType], user=None, with_referred: bool = True) -> dict:
    """
    Return a document of types, with the choice sets that they use.

    Args:
        types: of the current schema
        user: what this user may not view is left out; None for everything
        with_referred: export the types that these refer to along with them, and those that these refer to in turn

    Raises:
        ExportRefused: something that a field refers to would be missing
    """
    viewable = CustomObjectType.objects.all()
    fields, choice_sets = CustomObjectTypeField.objects.all(), CustomFieldChoiceSet.objects.all()
    constraints = CustomObjectTypeConstraint.objects.all()
    if user is not None:
        viewable, fields, constraints, choice_sets = (
            rows.restrict(user, 'view') for rows in (viewable, fields, constraints, choice_sets)
        )
    chosen, open_ends = _closure(types, viewable, fields, with_referred)
    snapshot = Snapshot(chosen, fields, constraints)
    known = set(choice_sets.values_list('pk', flat=True))
    used = {}
    for field in (field for found in snapshot.fields.values() for field in found):
        if field.choice_set is not None and field.choice_set_id not in known:
            open_ends.append(_('{field} uses a choice set that you may not view').format(field=_name(field)))
        elif field.choice_set is not None:
            used[field.choice_set.name] = field.choice_set
    if open_ends:
        raise ExportRefused(_('The document would be incomplete: {reasons}.').format(reasons='; '.join(open_ends)))
    counts = [_counts(model, chosen) for model in (CustomObjectTypeField, CustomObjectTypeConstraint)]
    entries = [
        # Who does not see all of a type cannot say what the type was like.
        with_base(entry) if snapshot.holds(type_.pk, *(found.get(type_.pk, 0) for found in counts)) else entry
        for type_ in chosen
        for entry in [snapshot.entry(type_)]
    ]
    return compose([with_base(choice_set_entry(found)) for found in used.values()], entries)


def _closure(types, viewable, fields, with_referred: bool) -> tuple[list[CustomObjectType], list[str]]:
    """Return the types with those that they refer to, and what stands in the way of exporting them."""
    found, open_ends = {type_.pk: type_ for type_ in types}, []
    waiting = set(found)
    while waiting:
        rows = fields.filter(custom_object_type__in=waiting)
        rows = rows.select_related('custom_object_type', 'related_object_type')
        wanted: dict[int, str] = {}
        # A rollup reads fields of the type that refers to its own.
        referring = CustomObjectTypeField.objects.filter(pk__in=rows.values('referring_field'))
        read_by = dict(referring.values_list('pk', 'custom_object_type'))
        for field in rows.prefetch_related('related_object_types'):
            targets = [field.related_object_type] if field.related_object_type else field.related_object_types.all()
            for pk in (*map(type_id_of, targets), read_by.get(field.referring_field_id)):
                if pk is not None and pk not in found:
                    wanted.setdefault(pk, _name(field))
        reachable = {type_.pk: type_ for type_ in viewable.filter(pk__in=wanted)}
        for pk, name in wanted.items():
            if pk not in reachable:
                open_ends.append(_('{field} refers to a type that you may not view').format(field=name))
            elif not with_referred:
                target = reachable[pk].name
                open_ends.append(_('{field} refers to {type}, which is not chosen').format(field=name, type=target))
        if not with_referred:
            break
        found |= reachable
        waiting = set(reachable)
    return list(found.values()), open_ends


def _counts(model: type, types) -> dict[int, int]:
    """Return how many fields, or constraints, each type has that has any."""
    rows = model.objects.filter(custom_object_type__in=[type_.pk for type_ in types])
    counts: dict[int, int] = {}
    for pk in rows.values_list('custom_object_type', flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return counts


def _name(field: CustomObjectTypeField) -> str:
    return f'{field.custom_object_type.name}.{field.name}'


def to_json(document: dict) -> str:
    return f'{json.dumps(document, indent=2, ensure_ascii=False)}\n'


def to_yaml(document: dict) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes what is the same twice, twice; lists are indented, as people write them."""

    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)
