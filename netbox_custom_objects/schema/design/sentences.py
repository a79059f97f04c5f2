"""
What a design changes, in people's words: one entry for the type, and one for each field and constraint that differs.

May import the sentences of documents. The statements on tables are experts' words, and are shown apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ...definitions import CONDITIONS
from ..preview import steps_about
from ..sentences import added, altered, removed
from .carry_out import Outcome
from .model import Design, changes_of

NEW, CHANGED, REMOVED = 'new', 'changed', 'removed'


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs."""

    title: str
    # NEW, CHANGED or REMOVED.
    kind: str
    texts: tuple[str, ...] = ()
    # How the change of a large table is carried out by a job, if it is.
    staged: str = ''


def sentences(design: Design, outcome: Outcome) -> list[Change]:
    """Return what storing a design would change, in the order of the page."""
    return [*_of_type(design, outcome), *_of_fields(design, outcome), *_of_constraints(design)]


def _of_type(design: Design, outcome: Outcome) -> Iterator[Change]:
    if design.is_new:
        yield Change(outcome.type.get_verbose_name(), NEW, (_('A new type, with a table of its own.'),))
        return
    changed = changes_of(outcome.type, design.type_form.stored)
    texts = []
    if 'slug' in changed:
        texts.append(_('Its pages and its REST endpoint move to /{slug}/; the old addresses end.').format(
            slug=outcome.type.slug
        ))  # fmt: skip
    if 'name' in changed:
        texts.append(_('Documents, imports and the API know it by its new internal name.'))
    if 'display_expression' in changed:
        texts.append(_('Objects get other names; a job updates the search index.'))
    if changed or 'tags' in design.type_form.changed_data:
        names = {name: str(outcome.type._meta.get_field(name).verbose_name) for name in changed}
        others = [title for name, title in names.items() if name not in ('slug', 'name', 'display_expression')]
        if others:
            texts.append(_('Changed: {names}.').format(names=', '.join(others)))
        yield Change(outcome.type.get_verbose_name(), CHANGED, tuple(texts))


def _of_fields(design: Design, outcome: Outcome) -> Iterator[Change]:
    for form in design.fields:
        row = form.instance
        steps = steps_about(outcome.steps, outcome.type.pk, row.pk)
        if form.is_new:
            texts = () if design.is_new else (added(steps, row.default is not None, outcome.rows),)
            yield Change(str(row), NEW, texts)
            continue
        changed = {name: pair[::-1] for name, pair in changes_of(row, form.stored).items()}
        changed |= {name: () for name in CONDITIONS if _has_other_condition(form, name)}
        staged = outcome.staged.get(form.prefix)
        if changed or staged is not None:
            texts = altered(changed, steps) if changed else ()
            yield Change(str(row), CHANGED, tuple(texts), staged.describe() if staged else '')
    for form in design.removed_fields:
        steps = steps_about(outcome.steps, outcome.type.pk, form.stored.pk)
        yield Change(str(form.stored), REMOVED, (removed(steps),))


def _has_other_condition(form, name: str) -> bool:
    return form.conditions.get(name, '') != (form.initial_conditions.get(name) or '')


def _of_constraints(design: Design) -> Iterator[Change]:
    for form in design.constraints:
        if form.is_new:
            yield Change(str(form.instance), NEW, (_('All objects must meet it from now on.'),))
        elif changes_of(form.instance, form.stored):
            yield Change(str(form.instance), CHANGED, (_('All objects must meet it as it is now.'),))
    for form in design.removed_constraints:
        yield Change(str(form.stored), REMOVED, (_('Objects need not meet it any more.'),))
