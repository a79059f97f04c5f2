"""Branches that are made for one job: it makes the branch ready first, and then works there."""

from collections.abc import Iterator
from contextlib import contextmanager

from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch


def new_branch(name: str, user) -> Branch:
    """
    Make a branch, which is not ready before `inside_new_branch`.

    Raises:
        ValidationError: there cannot be a branch of this name
    """
    branch = Branch(name=name, owner=user)
    branch.full_clean()
    branch.save(provision=False)
    return branch


@contextmanager
def inside_new_branch(branch: Branch, user) -> Iterator[None]:
    """Provision a branch, and work in it."""
    branch.provision(user=user)
    # Branches cache what they know of themselves.
    with activate_branch(Branch.objects.get(pk=branch.pk)):
        yield
