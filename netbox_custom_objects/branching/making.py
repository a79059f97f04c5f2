"""Branches that are made for one job: it makes the branch ready first, and then works there."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.signals import clear_events
from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch


def new_branch(name: str, user) -> Branch:
    """
    Make a branch, which is not ready before `inside_new_branch`.

    Raises:
        ValidationError: there cannot be a branch of this name, or the user may not make it
    """
    ProhibitNullCharactersValidator()(name)
    branch = Branch(name=name, owner=user)
    branch.full_clean()
    try:
        with transaction.atomic():
            branch.save(provision=False)
            # Permissions may be for certain branches only.
            if not Branch.objects.restrict(user, 'add').filter(pk=branch.pk).exists():
                raise ValidationError(_('Your permissions do not allow this branch.'))
    except (IntegrityError, ValidationError) as error:
        # NetBox would send those of what was rolled back.
        clear_events.send(sender=new_branch)
        if isinstance(error, ValidationError):
            raise
        # Of two requests at once, neither sees what the other writes.
        raise ValidationError({'name': branch.unique_error_message(Branch, ('name',))}) from error
    return branch


@contextmanager
def inside_new_branch(branch: Branch, user) -> Iterator[None]:
    """Provision a branch, and work in it."""
    branch.provision(user=user)
    # Branches cache what they know of themselves.
    with activate_branch(Branch.objects.get(pk=branch.pk)):
        yield
