"""
The records of an imported file: what they become, what is wrong with them, and how they are written together.

One form reads all records with the same columns, and what it would ask the database is asked for many records at once.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched, groupby
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import models, router
from django.forms import ModelForm
from django.utils.translation import gettext as _

from extras.models import Tag
from utilities.forms import restrict_form_fields
from utilities.jobs import is_background_request

from ...definitions import ConstraintDefinition
from ...field_types import field_type_of
from ...field_types.autonumber import ToBeDrawn
from ...field_types.polymorphic.keys import key_of
from ...field_types.shared.natural_keys import NamedMixin
from ...models.together import NotTogether, validating_together
from ...runtime.classes.conditions import conditions_of
from ...runtime.classes.constraints import comparable, constraints_of
from ...runtime.classes.memo import surfaced_fields
from ...runtime.reading.prefetch import prefetch_relations
from ...services.discreet_job import write_progress
from ...services.limits import looked_up_ahead
from ...services.unique_values import UniqueField, unique_fields
from ...services.writing import TAGS, create_together, meet_rules, update_with_links
from .together import lookups_of_records

RECORDS_AT_ONCE = 500
ID = 'id'
# (whether objects are changed, columns)
Shape = tuple[bool, frozenset[str]]


@dataclass
class Record:
    """A record that is right, and the object that it describes."""

    number: int
    instance: models.Model
    is_new: bool
    # The inputs that it fills.
    inputs: list[str]
    # Links and tags the object; None if that changes nothing, or `tags` are all that a new object gets.
    save_links: Callable | None
    tags: list[Tag] | None = None


@dataclass
class Reader:
    """The form for the records of one shape: making one costs more than using it."""

    form: ModelForm
    # What it links new objects to that have no such column.
    default_links: dict[str, list]


class Records:
    """What the records of a file become."""

    def __init__(
        self,
        view,
        form,
        request,
        existing: dict[int, models.Model],
        wrong_ids: Mapping[int, str] = MappingProxyType({}),
    ):
        """
        Args:
            existing: the objects that the user may change, and that records name, by ID
            wrong_ids: what is wrong with the ID of a record that has been taken away, by the number of the record
        """
        self.view, self.form, self.request = view, form, request
        self.existing, self.wrong_ids = existing, wrong_ids
        self.model = view.queryset.model
        self.using = router.db_for_write(self.model)
        self.unique = unique_fields(self.model)
        # Values of unique fields, each once, by the name of the field; and the IDs of those that the file changes.
        self.taken: dict[str, set] = {field.name: set() for field in self.unique}
        self.changed: dict[str, set[int]] = {}
        self.readers: dict[Shape, Reader] = {}
        # By unique constraint, the values of the records of the file that are not written, because one is wrong.
        self.seen: dict[ConstraintDefinition, set] = {}
        # What is wrong with a record, by its number, and then by the name of the input.
        self.errors: dict[int, dict[str, list[str]]] = {}
        # Whether records that seem right must be written one by one. Errors of others are shown nevertheless.
        self.is_unsure = False

    def write(self, records: Sequence[dict]) -> list[models.Model]:
        """
        Write the objects, and return them; nothing from the first record on that is wrong.

        Raises:
            NotTogether: they must be written one by one
        """
        self.changed = {
            field.name: {int(record[ID]) for record in records if record.get(ID) and field.input_in(record)}
            for field in self.unique
        }
        made, done = [], 0
        for part in batched(enumerate(records, start=1), RECORDS_AT_ONCE):
            read = self._read(part)
            if not self.errors and not self.is_unsure:
                self._write(read)
                made += [record.instance for record in read]
            elif any(True for _own in self._own_names()):
                # Records that follow may name what the ones before would have created.
                break
            done += len(part)
            self._note(done, len(records))
        if self.is_unsure and not self.errors:
            raise NotTogether
        return made

    # Reading

    def _read(self, part: Sequence[tuple[int, dict]]) -> list[Record]:
        """Return what is right of a part; note the errors of the others."""
        records = [record for _number, record in part]
        targets = self._look_up(records)
        existing = [self.existing[pk] for record in records if (pk := _pk_of(record)) in self.existing]
        prefetch_relations(existing, lookups_of_records)
        for instance in existing:
            instance.snapshot()
        with looked_up_ahead(self.model, targets), validating_together(self.model, self.using):
            read = [found for number, record in part if (found := self._read_one(number, record))]
        self._refuse_taken(read)
        is_right = meet_rules(self.model, [record.instance for record in read], self.using)
        if self.errors or self.is_unsure or not is_right:
            found = self._refuse_clashes(read)
            if not is_right and not self._refuse_offending(read) and not found:
                self.is_unsure = True
        self._refuse_names_of_one_another(records, read)
        return read

    def _look_up(self, records: Sequence[dict]) -> dict[type, dict[int, models.Model]]:
        """Look up what records name, by one statement for each column; return the targets by model and ID."""
        for record in records:
            if (shape := _shape(record)) not in self.readers:
                self.readers[shape] = self._make_reader(record)
        found: dict[type, dict[int, models.Model]] = {}
        for reader in self.readers.values():
            for name, field in reader.form.fields.items():
                if isinstance(field, NamedMixin):
                    field.look_up([record[name] for record in records if name in record])
                    targets = (target for named in field.ahead.values() for target in named)
                    found.setdefault(field.queryset.model, {}).update({target.pk: target for target in targets})
        return found

    def _make_reader(self, record: dict, like: Reader | None = None) -> Reader:
        """Return a reader for records with these columns, perhaps one that knows what another has looked up."""
        headers = {'headers': self.form._csv_headers} if hasattr(self.form, '_csv_headers') else {}
        form = self.view.model_form(data=_values(record), instance=self.model(), **headers)
        if _pk_of(record) is not None:
            # Nothing is required that is there already, and nothing has a default.
            for name in [name for name in form.fields if name not in _values(record)]:
                del form.fields[name]
            form._default_links = {}
        restrict_form_fields(form, self.request.user)
        for name, field in form.fields.items() if like else ():
            if isinstance(field, NamedMixin):
                field.ahead = like.form.fields[name].ahead
        return Reader(form, form._default_links)

    def _read_one(self, number: int, record: dict) -> Record | None:
        pk, reader = _pk_of(record), self.readers[_shape(record)]
        if number in self.wrong_ids:
            self._refuse(number, ID, self.wrong_ids[number])
            return None
        if pk is not None and pk not in self.existing:
            self._refuse(number, ID, _('Object with ID {id} does not exist').format(id=pk))
            return None
        instance = self.model() if pk is None else self.existing[pk]
        instance._changelog_message = self.form.cleaned_data.get('changelog_message', '')
        form = reader.form
        form.data, form.instance, form._errors = _values(record), instance, None
        form._default_links = {**reader.default_links}
        is_valid = form.is_valid()
        if form.hidden_targets:
            # The form was fitted to what this object holds.
            self.is_unsure = True
            self.readers[_shape(record)] = self._make_reader(record, like=reader)
        if not is_valid:
            held = self._held_choices(form) if pk is not None else set()
            self.is_unsure |= bool(held)
            if errors := {name: list(found) for name, found in form.errors.items() if name not in held}:
                self.errors[number] = errors
            return None
        record = Record(number, instance, pk is None, [*form.fields], self._links_of(form, is_new=pk is None))
        links = {field.name for field in self.model._meta.local_many_to_many} - {TAGS}
        if pk is None and not form._default_links and not any(form.cleaned_data.get(name) for name in links):
            record.save_links, record.tags = None, list(form.cleaned_data.get(TAGS, ())) or None
        return record

    def _held_choices(self, form) -> set[str]:
        """Return the inputs that fail only for a choice that is gone, but that the object holds."""
        held = set()
        for field in surfaced_fields(self.model):
            if not (field_type_of(field).needs_choice_set and field.name in form.errors and field.name in form.fields):
                continue
            gone = field_type_of(field).gone_choices(field, getattr(form.instance, field.name))
            form_field = copy.deepcopy(form.fields[field.name])
            form_field.choices = [*form_field.choices, *zip(gone, gone)]
            with suppress(ValidationError):
                form_field.clean(form[field.name].data)
                held.add(field.name)
        return held

    def _links_of(self, form, is_new: bool) -> Callable | None:
        """Return what links the object of a valid form and tags it, None if that changes nothing."""
        values, instance, default_links = form.cleaned_data, form.instance, form._default_links
        names = {field.name for field in self.model._meta.local_many_to_many} & values.keys()
        if is_new:
            changes = bool(default_links) or any(values[name] for name in names)
        else:
            changes = any(_keys(getattr(instance, name).all()) != _keys(values[name]) for name in names)
        if not changes:
            return None

        def save():
            form.cleaned_data, form.instance, form._default_links = values, instance, default_links
            form._save_m2m()

        return save

    # What records are not compared with one by one

    def _refuse(self, number: int, name: str, message: str) -> None:
        messages = self.errors.setdefault(number, {}).setdefault(name, [])
        if message not in messages:
            messages.append(message)

    def _refuse_taken(self, read: list[Record]) -> None:
        """Note which values of unique fields other objects have, stored or in the file."""
        for field in self.unique:
            asked = [record for record in read if field.input_in(record.inputs)]
            try:
                if asked:
                    self._refuse_taken_values(field, asked)
            except TypeError:  # a value that cannot be compared
                self.is_unsure = True

    def _refuse_taken_values(self, field: UniqueField, read: list[Record]) -> None:
        taken, given, values = self.taken[field.name], {}, []
        for record in read:
            value = field.value_of(record.instance)
            if value is None or isinstance(value, ToBeDrawn):
                continue
            if (key := comparable(value)) in given or key in taken:
                self._refuse_value(record, field)
            else:
                given[key] = record
                values.append(value)
        for value, pk in field.stored(self.model, values, self.using):
            if (key := comparable(value)) not in given:
                self.is_unsure = True
            elif pk != given[key].instance.pk:
                if pk in self.changed[field.name]:
                    self.is_unsure = True
                else:
                    self._refuse_value(given[key], field)
        taken.update(given)

    def _refuse_value(self, record: Record, field: UniqueField) -> None:
        message = record.instance.unique_error_message(self.model, (field.name,))
        name = field.input_in(record.inputs)
        self._refuse(record.number, name, message.messages[0])

    def _refuse_clashes(self, read: list[Record]) -> bool:
        """Note which records would have the values of one before them; return whether there are any."""
        constraints = constraints_of(self.model)
        if constraints is None:
            return False
        of_objects = {id(record.instance): record for record in read}
        instances = [record.instance for record in read]
        found = list(constraints.clashes(self.model, instances, self.using, self.seen))
        for instance, constraint in found:
            record = of_objects[id(instance)]
            for name in constraints.names_of(constraint, self.model, self._not_given(record)):
                self._refuse(record.number, name, constraints.message_of(constraint))
        return bool(found)

    def _not_given(self, record: Record) -> set[str]:
        return {field.name for field in self.model._meta.concrete_fields}.difference(record.inputs)

    def _refuse_offending(self, read: list[Record]) -> bool:
        """Note which objects do not meet the constraints and conditions of the type; return whether there are any."""
        has_found = False
        for record in read:
            for rules in (constraints_of(self.model), conditions_of(self.model)):
                try:
                    if rules is not None:
                        rules.validate(self.model, record.instance, self._not_given(record), self.using)
                except ValidationError as error:
                    has_found = True
                    for name, messages in error.message_dict.items():
                        for message in messages:
                            self._refuse(record.number, name, message)
        return has_found

    def _own_names(self) -> Iterator[tuple[str, NamedMixin]]:
        """Yield the columns that name objects of the type itself."""
        for (_is_update, columns), reader in self.readers.items():
            for name, field in reader.form.fields.items():
                if name in columns and isinstance(field, NamedMixin) and field.queryset.model == self.model:
                    yield name, field

    def _refuse_names_of_one_another(self, records: Sequence[dict], read: list[Record]) -> None:
        """Raise NotTogether if a record names an object that another one creates or renames."""
        own = dict(self._own_names())
        named = {
            text
            for name, field in own.items()
            for record in records
            if name in record
            for text in field.texts_in(record[name])
        }
        for field in own.values() if named else ():
            attribute = field.key.attribute
            if not isinstance(self.model._meta.get_field(attribute), (models.CharField, models.TextField)):
                raise NotTogether
            names = {getattr(record.instance, attribute) for record in read}
            names |= {record.instance._prechange_snapshot.get(attribute) for record in read if not record.is_new}
            if names & named:
                raise NotTogether

    # Writing

    def _write(self, read: list[Record]) -> None:
        for is_new, group in groupby(read, key=lambda record: record.is_new):
            records = list(group)
            if is_new:
                tags = [record.tags for record in records]
                create_together([record.instance for record in records], self.using, tags)
                for record in records:
                    if record.save_links is not None:
                        record.save_links()
            else:
                update_with_links(((record.instance, record.save_links) for record in records), self.using)
            if is_background_request(self.request):
                action = 'Created' if is_new else 'Updated'
                for record in records:
                    self.request.job.logger.info(f'{action} {record.instance}')

    def _note(self, done: int, total: int) -> None:
        if is_background_request(self.request):
            write_progress(self.request.job.job, done, total)


def _pk_of(record: dict) -> int | None:
    return int(record[ID]) if record.get(ID) else None


def _values(record: dict) -> dict:
    """Return what a form is given of a record."""
    return record if _pk_of(record) is None else {name: value for name, value in record.items() if name != ID}


def _shape(record: dict) -> Shape:
    return _pk_of(record) is not None, frozenset(_values(record))


def _keys(targets: Iterable) -> set:
    return {key_of(target) for target in targets}


def without_wrong_ids(records: Iterable[dict]) -> tuple[list[dict], dict[int, str]]:
    """
    Return records, without IDs that are wrong or given twice, and what is wrong with these, by number.

    NetBox looks at the IDs before it looks at the records, and would show no other error.
    """
    right, wrong, first = [], {}, {}
    for number, record in enumerate(records, start=1):
        try:
            pk = _pk_of(record)
        except (TypeError, ValueError, OverflowError):
            wrong[number] = _('Enter a whole number.')
        else:
            if pk is not None and first.setdefault(pk, number) != number:
                wrong[number] = _('Record {number} has the same ID.').format(number=first[pk])
        right.append({name: value for name, value in record.items() if name != ID} if number in wrong else record)
    return right, wrong
