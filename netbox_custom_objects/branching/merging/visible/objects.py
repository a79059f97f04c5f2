"""Which objects a user may view in main or in a branch, each asked in its own schema: fields may differ."""

from collections.abc import Collection

from django.apps import apps

from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch, deactivate_branch

WITHOUT_SCHEMA = (BranchStatusChoices.NEW, BranchStatusChoices.ARCHIVED, BranchStatusChoices.FAILED)


def inside(branch: Branch):
    """Return the context in which a branch is active; main is, of one that has no schema."""
    return deactivate_branch() if branch.status in WITHOUT_SCHEMA else activate_branch(branch)


def visible_ids(branch: Branch, label: str, pks: Collection[int], user) -> set[int]:
    """
    Return the ids of those objects that a user may view in main or in a branch.

    Args:
        branch: the branch
        label: of their model, such as dcim.site
        pks: their ids
        user: who asks
    """
    found = set()
    for schema in (deactivate_branch(), *([] if branch.status in WITHOUT_SCHEMA else [inside(branch)])):
        with schema:
            try:
                objects = apps.get_model(label)._default_manager.all()
            except LookupError:
                continue
            if not hasattr(objects, 'restrict'):
                continue
            allowed = objects.restrict(user, 'view')
            if allowed is objects:
                # All of them, those that are deleted, too.
                return set(pks)
            found |= set(allowed.filter(pk__in=pks).values_list('pk', flat=True))
    return found


def links_to(branch: Branch, label: str, pks: Collection[int], user) -> dict[int, tuple[str, str]]:
    """Return the names and addresses, by id, of those custom objects that a user may view in main or in a branch."""
    found = {}
    for schema in (None, *([] if branch.status in WITHOUT_SCHEMA else [branch])):
        with activate_branch(schema) if schema else deactivate_branch():
            try:
                model = apps.get_model(label)
            except LookupError:
                continue
            if not hasattr(model, '_type_id'):
                break
            for obj in model.objects.restrict(user, 'view').filter(pk__in=set(pks) - found.keys()):
                url = obj.get_absolute_url()
                found[obj.pk] = str(obj), f'{url}?_branch={schema.schema_id}' if schema else url
    return found
