"""
Pages that change or delete many objects, and write them together.

NetBox's views go through the objects one by one. Here they validate, save and delete nothing at that moment, but note
what is to be done, which is done for all of them afterwards; or NetBox's way, see `services.writing`.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import batched

from django.db import models, router

from utilities.jobs import is_background_request

from ...forms.links import linked_inputs
from ...runtime.classes.managers import CustomObjectQuerySet
from ...runtime.reading.names import name_lookups, references
from ...services.writing import (
    TOGETHER_FROM,
    can_be_written_together,
    delete_together,
    tried_together,
    update_together,
    validate_together,
)

DELETED_AT_ONCE = 500
TAG_INPUTS = ('add_tags', 'remove_tags')


def lookups_of_records(model) -> tuple[str, ...]:
    """Return the relations that are read to validate an object, to name it and to log what it holds."""
    return ('owner', 'tags', *(field.name for field in references(model)), *name_lookups(model))


def do_nothing() -> None:
    """Takes the place of what is done for many objects at once, or not at all."""


class EditsTogetherMixin:
    """For the bulk edit page: objects whose links and tags stay as they are are written together."""

    _is_together = False

    def _update_objects(self, form, request):
        write = partial(super()._update_objects, form, request)
        using = router.db_for_write(self.model)
        updated = None
        if self._can_be_together(form, request, using):
            entries = request.job.job.log_entries if is_background_request(request) else []
            logged = len(entries)
            updated = tried_together(lambda: self._update_together(write, using), using, type(self))
            if updated is None:
                # Those that were to be written are logged once more.
                del entries[logged:]
        return write() if updated is None else updated

    def _can_be_together(self, form, request, using: str) -> bool:
        links = {field.name for field in self.model._meta.local_many_to_many}
        inputs = (*links, *TAG_INPUTS, *(name for link in links for name in linked_inputs(link)))
        changed = [name for name in inputs if form.cleaned_data.get(name)]
        if changed or links & {*request.POST.getlist('_nullify')}:
            return False
        return len(form.cleaned_data['pk']) >= TOGETHER_FROM and can_be_written_together(self.model, using)

    def _update_together(self, write, using: str) -> list:
        queryset, self._is_together = self.queryset, True
        self.queryset = queryset.prefetch_related(*lookups_of_records(self.model))
        try:
            updated = write()
        finally:
            self.queryset, self._is_together = queryset, False
        for obj in updated:
            del obj.full_clean, obj.save
        if updated:
            validate_together(updated, using)
            update_together(updated, using)
        return updated

    def pre_save_operations(self, form, obj):
        super().pre_save_operations(form, obj)
        if self._is_together:
            obj.full_clean = obj.save = do_nothing


class RenamesTogetherMixin:
    """For the bulk rename page."""

    def _rename_together(self, form, objects: list, names: Iterable[str]) -> bool:
        """Give objects their new names; return whether that was possible. NetBox's view saves them after that."""
        using = router.db_for_write(self.model)
        if len(objects) < TOGETHER_FROM or not can_be_written_together(self.model, using):
            return False
        before = [(obj, {name: getattr(obj, name) for name in names}) for obj in objects]

        def write():
            for obj in objects:
                _assign(obj, {name: getattr(obj.new_names, name) for name in names})
                obj._changelog_message = form.cleaned_data.get('changelog_message', '')
            validate_together(objects, using)
            update_together(objects, using)
            return objects

        if tried_together(write, using, type(self)) is None:
            for obj, values in before:
                _assign(obj, values)
            return False
        for obj in objects:
            obj.save = partial(delattr, obj, 'save')
        return True


def _assign(obj, values: dict) -> None:
    for name, value in values.items():
        setattr(obj, name, value)


class DeletesTogetherMixin:
    """For the bulk delete page."""

    def post(self, request, **kwargs):
        if '_confirm' in request.POST:
            self.queryset = DeletedTogether(self.model, self.queryset.query.chain(), self.queryset._db)
        return super().post(request, **kwargs)


class DeletedTogether(CustomObjectQuerySet):
    """Objects that NetBox's view deletes while it goes through them: a part of them is read, and deleted, at once."""

    def __iter__(self) -> Iterator[models.Model]:
        using = router.db_for_write(self.model)
        objects = CustomObjectQuerySet(self.model, self.query.chain(), self._db)
        for pks in batched(list(objects.values_list('pk', flat=True)), DELETED_AT_ONCE):
            part, asked_for = list(_read(self.model, pks)), []
            for obj in part:
                obj.delete = partial(asked_for.append, obj)
            yield from part
            for obj in part:
                del obj.delete
            _delete(asked_for, using)


def _read(model, pks: Iterable[int]) -> CustomObjectQuerySet:
    return model.objects.filter(pk__in=pks).prefetch_related(*lookups_of_records(model))


def _delete(objects: list, using: str) -> None:
    pks = [obj.pk for obj in objects]

    def write():
        delete_together(objects, using)
        return objects

    if len(objects) < TOGETHER_FROM or tried_together(write, using, DeletedTogether) is None:
        for obj, pk in zip(objects, pks):
            obj.pk = pk
            # What refers to it may have gone with the one before.
            obj.__dict__.pop('_prefetched_objects_cache', None)
            obj.snapshot()
            obj.delete()
