"""What the options of commands name: schemas and users."""

import uuid

from django.core.management.base import CommandError

from users.models import User
from utilities.request import NetBoxFakeRequest

from ..services.upkeep.schemas import OpenSchema, open_schemas


def chosen_schemas(name: str, *, every: str | None = None, returncode: int = 1) -> list[OpenSchema]:
    """
    Return the open schemas that `--branch` names.

    Args:
        name: `main`, or the name of a branch
        every: the name that means all of them, if there is one
        returncode: exit status of a command that fails

    Raises:
        CommandError: no open schema has the name
    """
    schemas = open_schemas()
    chosen = [schema for schema in schemas if name in (every, schema.name)]
    if not chosen:
        names = ', '.join(schema.name for schema in schemas)
        raise CommandError(f'Found no open branch "{name}". Available: {names}.', returncode=returncode)
    return chosen


def request_of(username: str | None, *, returncode: int = 1) -> NetBoxFakeRequest:
    """
    Return a request of the user that `--user` names, for the change log; of the first superuser if it names none.

    Raises:
        CommandError: the user does not exist, with the exit status `returncode`
    """
    users = User.objects.filter(username=username) if username else User.objects.filter(is_superuser=True)
    user = users.order_by('pk').first()
    if user is None:
        message = f'User "{username}" does not exist.' if username else 'No superuser was found. Use --user.'
        raise CommandError(message, returncode=returncode)
    return NetBoxFakeRequest({'id': uuid.uuid4(), 'user': user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''})
