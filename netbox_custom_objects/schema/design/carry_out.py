"""
Stores a design, all of it or nothing, or finds out what storing it would do.

May import services. Both take the same steps, so that what one refuses the other refuses, too.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import router
from django.utils.translation import gettext as _

from utilities.exceptions import AbortRequest, PermissionsViolation
from utilities.permissions import get_permission_for_model

from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...ddl.upkeep.counts import row_counts
from ...definitions import table_name
from ...exceptions import ObjectsInTheWay
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField, StagedChange
from ...models.rows.convert import constraint_definition
from ...models.validation.constraints import fields_read
from ...runtime.classes.registry import making_tables
from ...runtime.context import mark_changed, within_request
from ...services.constraints import find_offenders
from ...services.preview import Step
from ...services.staged import start
from ...services.upkeep.schemas import all_or_nothing
from ..errors import InvalidDocument
from ..preview import at_one_moment
from ..rows.storage import Storage, Tried, Written
from ..settling import settle
from .model import Design, give_weights, is_changed, state_of
from .steps import Progress, steps_of


class Invalid(Exception):
    """The forms hold the reasons."""


@dataclass(slots=True)
class Outcome:
    """What storing a design has done, or would do."""

    type: CustomObjectType
    fields: list[CustomObjectTypeField]
    # What is done step by step, by the keys of the rows.
    staged: dict[str, StagedChange] = field(default_factory=dict)
    # (model, action) of what was written, for which a user needs the rights.
    actions: set[tuple[type, str]] = field(default_factory=set)
    # Of a design that was only tried out: the steps on the type's tables, and how many objects there are.
    steps: list[Step] = field(default_factory=list)
    rows: int = 0

    def missing_rights(self, user) -> list[str]:
        """Return the permissions that a user lacks for what was written."""
        wanted = {get_permission_for_model(model, action) for model, action in self.actions}
        return sorted(name for name in wanted if not user.has_perm(name))


def store(design: Design, user) -> Outcome:
    """
    Write a design to the current schema (active branch or main).

    Args:
        design: its forms must be bound
        user: needs the rights that the single pages ask for, for each of the rows

    Raises:
        Invalid: nothing was stored; the forms hold what is wrong
    """
    alias = router.db_for_write(CustomObjectType)
    try:
        with _noting(design), within_request(), all_or_nothing(alias):
            # What another transaction changed while this one waited is not what the request has seen so far.
            lock_definitions(Target.for_alias(alias))
            mark_changed(alias)
            with making_tables():
                progress = _write(design, Written(alias), user, is_kept=True)
            _check_rights(progress, user)
            for change in progress.staged.values():
                start.begin(change, user)
    except Invalid:
        # It may know the content type of a type that does not exist any more.
        ContentType.objects.clear_cache()
        raise
    return _outcome(design, progress)


def _outcome(design: Design, progress: Progress) -> Outcome:
    removed = {
        (model, 'delete')
        for model, forms in (
            (CustomObjectTypeField, design.removed_fields), (CustomObjectTypeConstraint, design.removed_constraints),
        )
        if forms
    }  # fmt: skip
    fields = [form.instance for form in design.fields]
    return Outcome(progress.type, fields, progress.staged, {*progress.touched, *removed})


def try_out(design: Design, user) -> Outcome:
    """
    Return what storing a design would do; nothing is written, and no lock is held.

    Raises:
        Invalid: it could not be stored; the forms hold what is wrong
    """
    alias = router.db_for_write(CustomObjectType)
    with at_one_moment(alias), within_request():
        storage = Tried(alias)
        with _noting(design), storage.using():
            progress = _write(design, storage, user, is_kept=False)
        _refuse_unmet(design, alias, _recalculated(storage, progress.type.pk))
        found = _outcome(design, progress)
        found.steps = storage.preview.steps_by_type().get(progress.type.pk, [])
        if not design.is_new:
            found.rows = row_counts(Target.for_alias(alias), table_name(progress.type.pk))[0]
    return found


def _recalculated(storage: Storage, type_id: int) -> Collection[int]:
    """Return the ids of computed fields, whose values may become others: some read others."""
    computed = [row for row in storage.picture.fields[type_id].values() if row.expression]
    before = {row.pk: storage.picture.before(row) for row in computed}
    is_changed_one = any(before[row.pk] is not None and before[row.pk].expression != row.expression for row in computed)
    return before if is_changed_one else ()


def _refuse_unmet(design: Design, alias: str, recalculated: Collection[int]) -> None:
    """Note on constraints which objects do not meet them; storing them would find that out."""
    unmet = False
    for form in design.constraints:
        row = form.instance
        constraint = constraint_definition(row)
        # Values that are not stored yet cannot be looked at.
        is_asked = is_changed(row, form.stored) and fields_read(constraint).isdisjoint(recalculated)
        pks = find_offenders(constraint, alias) if is_asked else ()
        if pks:
            text = _('Some objects do not meet this constraint:')
            form.add_error(form.rule_input, ObjectsInTheWay(text, row.custom_object_type_id, pks))
            unmet = True
    if unmet:
        raise Invalid


@contextmanager
def _noting(design: Design) -> Iterator[None]:
    """Note on the form of the type what no other form is about."""
    try:
        yield
    except InvalidDocument as error:
        raise Invalid from error
    except ValidationError as error:
        design.type_form.note(' '.join(error.messages))
        raise Invalid from error
    except (AbortRequest, PermissionsViolation) as error:
        design.type_form.note(error.message)
        raise Invalid from error


def _write(design: Design, storage: Storage, user, is_kept: bool) -> Progress:
    _refuse_moved(design, storage)
    give_weights((form.pristine, form.value_of('group_name'), form.value_of('name')) for form in design.fields)
    progress = Progress(design, storage, user, is_kept)
    settle(steps_of(design), progress)
    _check_primary(design)
    for _type_id, error in storage.finish():
        raise error
    return progress


def _refuse_moved(design: Design, storage: Storage) -> None:
    if design.is_new:
        return
    pk, picture = design.type_form.instance.pk, storage.picture
    if pk not in picture.types or design.state != state_of(
        picture.types[pk], picture.fields[pk].values(), picture.constraints[pk].values()
    ):
        raise ValidationError(
            _('Someone else has changed this type since you opened the page. Nothing was saved: reload the page.')
        )


def _check_primary(design: Design) -> None:
    primary = [form for form in design.fields if form.cleaned_data.get('primary')]
    for form in primary[1:]:
        form.add_error('primary', _('Only one field can name the objects.'))
    if len(primary) > 1:
        raise Invalid


def _check_rights(progress: Progress, user) -> None:
    """The constraints of permissions hold for what rows have become."""
    for (model, action), pks in progress.touched.items():
        if model.objects.restrict(user, action).filter(pk__in=pks).count() != len(pks):
            raise PermissionsViolation
