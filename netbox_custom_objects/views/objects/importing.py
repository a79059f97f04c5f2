"""
Records of imported files that become new objects: validated and written together, and all that is wrong is listed.

What NetBox does record by record is left to it where that may make a difference, see `services.writing`.
"""

from collections.abc import Callable, Sequence
from itertools import batched

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, router, transaction
from django.forms import ModelForm
from django.utils.translation import ngettext

from core.signals import clear_events
from utilities.exceptions import AbortRequest
from utilities.forms import restrict_form_fields
from utilities.jobs import is_background_request

from ...field_types.autonumber import ToBeDrawn
from ...field_types.shared.natural_keys import NamedMixin
from ...models.together import validating_together
from ...runtime.classes.conditions import conditions_of
from ...runtime.classes.constraints import TypeConstraints, constraints_of
from ...runtime.classes.memo import surfaced_fields
from ...services.discreet_job import write_progress
from ...services.limits import limited_fields
from ...services.writing import NotTogether, can_be_written_together, create_together

RECORDS_AT_ONCE = 500
# Messages about records that are shown.
ERRORS_SHOWN = 1000


class ImportsTogetherMixin:
    """For import pages of objects: new objects are written together."""

    def _process_import_records(self, form, request, records, prefetched_objects):
        model = self.queryset.model
        using = router.db_for_write(model)
        is_new = not any(record.get('id') for record in records)
        if is_new and can_be_written_together(model, using) and not _depends_on_others(model):
            try:
                with transaction.atomic(using=using):
                    return NewObjects(self, form, request).write(records)
            except (NotTogether, IntegrityError, AbortRequest):
                clear_events.send(sender=type(self))
        return super()._process_import_records(form, request, records, prefetched_objects)


def _depends_on_others(model) -> bool:
    """Whether what a record may hold depends on other values of it, or of what it refers to: not checked here."""
    has_defaults = any(field.default_from for field in surfaced_fields(model))
    return has_defaults or conditions_of(model) is not None or any(True for _field in limited_fields(model))


class NewObjects:
    """The objects that the records of a file become."""

    def __init__(self, view, form, request):
        self.view, self.form, self.request = view, form, request
        self.model = view.queryset.model
        self.using = router.db_for_write(self.model)
        self.constraints: TypeConstraints | None = constraints_of(self.model)
        self.unique = [field for field in self.model._meta.concrete_fields if field.unique and not field.primary_key]
        # Values of unique fields, each once, by the name of the field.
        self.taken: dict[str, set] = {field.name: set() for field in self.unique}
        # One form for all records with the same columns: making one costs more than using it.
        self.forms: dict[frozenset, ModelForm] = {}
        # What is wrong with a record, by its number.
        self.errors: dict[int, dict[str, list[str]]] = {}

    def write(self, records: Sequence[dict]) -> list[models.Model]:
        """
        Create the objects, and return them.

        Raises:
            ValidationError: with what is wrong with each record
            NotTogether: they must be created one by one
        """
        made, done = [], 0
        for part in batched(enumerate(records, start=1), RECORDS_AT_ONCE):
            read = self._read(part)
            if not self.errors:
                self._create(read)
                made += [instance for _number, instance, _save_links in read]
            done += len(part)
            self._note(done, len(records))
        if self.errors:
            raise ValidationError(self._messages())
        return made

    def _read(self, part: Sequence[tuple[int, dict]]) -> list[tuple[int, models.Model, Callable | None]]:
        """Return (number, object, what saves its links) of records that are right; note the errors of the others."""
        self._look_up([record for _number, record in part])
        read = []
        with validating_together(self.model, self.using) as validated:
            for number, record in part:
                form = self._form_of(record)
                if form.is_valid():
                    read.append((number, form.instance, self._links_of(form)))
                else:
                    self.errors[number] = {name: list(found) for name, found in form.errors.items()}
        self._refuse_taken(read)
        if self.constraints is not None and not self.constraints.met_by_all(self.model, validated, self.using):
            self._refuse_offending(read)
        return read

    def _form_of(self, record: dict):
        """Return the bound form of a record."""
        form = self.forms[frozenset(record)]
        form.data, form.instance, form._errors = record, self._new_object(), None
        return form

    def _new_object(self) -> models.Model:
        instance = self.model()
        instance._changelog_message = self.form.cleaned_data.get('changelog_message', '')
        return instance

    def _make_form(self, record: dict):
        headers = {'headers': self.form._csv_headers} if hasattr(self.form, '_csv_headers') else {}
        form = self.view.model_form(data=record, instance=self._new_object(), **headers)
        # The values of unique fields are compared for many records at once.
        form.validate_unique = lambda: None
        restrict_form_fields(form, self.request.user)
        if any(isinstance(field, NamedMixin) and field.queryset.model == self.model for field in form.fields.values()):
            # A record may name an object that a record before it creates.
            raise NotTogether
        return form

    def _look_up(self, records: Sequence[dict]) -> None:
        """Look up what the records name, by one statement for each column."""
        for record in records:
            if (columns := frozenset(record)) not in self.forms:
                self.forms[columns] = self._make_form(record)
        for form in self.forms.values():
            for name, field in form.fields.items():
                if isinstance(field, NamedMixin):
                    field.look_up([record[name] for record in records if name in record])

    def _links_of(self, form) -> Callable | None:
        """Return what links the object of a valid form, None if it is linked to nothing."""
        values = form.cleaned_data
        names = {field.name for field in self.model._meta.local_many_to_many}
        if not any(values.get(name) for name in names) and not form._default_links:
            return None
        instance = form.instance

        def save():
            form.cleaned_data, form.instance = values, instance
            form._save_m2m()

        return save

    def _refuse_taken(self, read: list) -> None:
        """Note which values of unique fields other objects have, stored or in the file."""
        asked_for = {name for form in self.forms.values() for name in form.fields}
        for field in self.unique:
            if field.name not in asked_for:
                continue
            try:
                self._refuse_taken_values(field, read)
            except TypeError as error:  # a value that cannot be compared
                raise NotTogether from error

    def _refuse_taken_values(self, field, read: list) -> None:
        taken, given = self.taken[field.name], {}
        for number, instance, _save_links in read:
            value = getattr(instance, field.attname)
            if value is None or isinstance(value, ToBeDrawn):
                continue
            if value in given or value in taken:
                self._refuse_one(number, instance, field)
            else:
                given[value] = number, instance
        objects = self.model._base_manager.using(self.using)
        for value in objects.filter(**{f'{field.name}__in': list(given)}).values_list(field.attname, flat=True):
            if value not in given:
                raise NotTogether
            self._refuse_one(*given[value], field)
        taken |= given.keys()

    def _refuse_one(self, number: int, instance, field) -> None:
        message = instance.unique_error_message(self.model, (field.name,))
        self.errors.setdefault(number, {}).setdefault(field.name, []).append(message.messages[0])

    def _refuse_offending(self, read: list) -> None:
        """Note which objects do not meet the constraints of the type."""
        before = len(self.errors)
        asked_for = {name for form in self.forms.values() for name in form.fields}
        hidden = {field.name for field in self.model._meta.concrete_fields} - asked_for
        for number, instance, _save_links in read:
            try:
                self.constraints.validate(self.model, instance, exclude=hidden, using=self.using)
            except ValidationError as error:
                for name, messages in error.message_dict.items():
                    self.errors.setdefault(number, {}).setdefault(name, []).extend(messages)
        if len(self.errors) == before:
            # Two of them are the same.
            raise NotTogether

    def _create(self, read: list) -> None:
        if not read:
            return
        create_together([instance for _number, instance, _save_links in read], self.using)
        for _number, instance, save_links in read:
            if save_links is not None:
                save_links()
            if is_background_request(self.request):
                self.request.job.logger.info(f'Created {instance}')

    def _note(self, done: int, total: int) -> None:
        if is_background_request(self.request):
            write_progress(self.request.job.job, done, total)

    def _messages(self) -> list[str]:
        messages = [
            message
            for number, errors in sorted(self.errors.items())
            for message in self.view._compile_form_errors(errors, index=number)
        ]
        if (more := len(messages) - ERRORS_SHOWN) > 0:
            text = ngettext('{count} more error is not shown.', '{count} more errors are not shown.', more)
            messages[ERRORS_SHOWN:] = [text.format(count=more)]
        return messages
