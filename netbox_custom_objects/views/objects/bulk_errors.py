"""What is wrong with the objects of a bulk edit: each object is named once, with its fields, and not only the first."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import router
from django.utils.translation import gettext as _

from utilities.jobs import is_background_request

from .together import do_nothing

# Objects whose errors are looked for: nothing is written, and each that is looked at takes its time.
OBJECTS_SHOWN = 20


class EditErrorsMixin:
    """
    For bulk edit pages: NetBox's view ends at the first object that is wrong, without its name.

    Objects that are wrong are not saved, but the view goes on. All is undone at its end.
    """

    def _update_objects(self, form, request):
        self.errors_of_objects: dict[int, ValidationError] = {}
        entries = request.job.job.log_entries if is_background_request(request) else []
        logged = len(entries)
        updated = super()._update_objects(form, request)
        if self.errors_of_objects:
            # The log of a job names those that were right, and are not changed either.
            del entries[logged:]
            raise ValidationError(self._messages_of_objects())
        return updated

    def pre_save_operations(self, form, obj):
        if self._is_together:
            super().pre_save_operations(form, obj)
            return
        try:
            super().pre_save_operations(form, obj)
        except ValidationError as error:
            self._note_error(obj, error)
            return
        validate = obj.full_clean

        def full_clean():
            try:
                validate()
            except ValidationError as error:
                self._note_error(obj, error)

        obj.full_clean = full_clean

    def post_save_operations(self, form, obj):
        if not self._is_together:
            obj.__dict__.pop('full_clean', None)
        if obj.pk not in self.errors_of_objects:
            super().post_save_operations(form, obj)

    def _note_error(self, obj, error: ValidationError) -> None:
        self.errors_of_objects[obj.pk] = error
        obj.full_clean = obj.save = do_nothing
        if len(self.errors_of_objects) >= OBJECTS_SHOWN:
            messages = self._messages_of_objects()
            raise ValidationError([*messages, _('Objects after these have not been checked.')])

    def _messages_of_objects(self) -> list[str]:
        # With the names that they have, not those that they were to have.
        model = self.queryset.model
        named = model._base_manager.using(router.db_for_write(model)).in_bulk(self.errors_of_objects)
        return [
            _('{object} (ID {id}): {errors}').format(object=named[pk], id=pk, errors=_shown(model, error))
            for pk, error in self.errors_of_objects.items()
            if pk in named
        ]


def _shown(model, error: ValidationError) -> str:
    """Return the messages of an error, each once, with the labels of the fields that it is about."""
    names_of: dict[str, list[str]] = {}
    for name, messages in error.message_dict.items() if hasattr(error, 'error_dict') else ():
        for message in messages:
            names_of.setdefault(message, []).append(name)
    if not names_of:
        return ' '.join(error.messages)
    return '; '.join(_labelled(_labels(model, names), message) for message, names in names_of.items())


def _labelled(labels: Sequence[str], message: str) -> str:
    return f'{", ".join(labels)}: {message}' if labels else message


def _labels(model, names: Iterable[str]) -> list[str]:
    labels = []
    for name in names:
        if name != NON_FIELD_ERRORS:
            try:
                labels.append(str(getattr(model._meta.get_field(name), 'verbose_name', None) or name))
            except FieldDoesNotExist:
                labels.append(name)
    return labels
