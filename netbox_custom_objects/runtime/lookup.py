"""
Finds the type that a name or an address means, for the surfaces that are asked by name.
"""

import re

from django.apps import apps
from django.http import Http404
from django.utils.translation import gettext as _

from ..constants import APP_LABEL
from .classes.registry import world
from .rights import is_known_to_reader, reader_may_view


def model_by_slug(slug: str) -> type:
    """
    Return the class of the type with this slug in the current context (active branch or main).

    Raises:
        Http404: the type does not exist, or the user of the request may not know of it
    """
    current = world()
    definition = current.find_slug(slug)
    if definition is None or not is_known_to_reader(definition.id):
        raise Http404(_('Unknown custom object type: {slug}').format(slug=slug))
    return current.model(definition.id)


def model_of_surface(name: str, suffix: str, module: str) -> type:
    """
    Return the class of the type that `Table5Model<suffix>` belongs to; for the `__getattr__` of a module.

    NetBox's object selector finds filter forms and filtersets like that, and asks for no right.

    Raises:
        AttributeError: the name is none of these, or the type does not exist
        Http404: the current schema does not have the type, or the user of the request may not view objects of it
    """
    if match := re.fullmatch(rf'(Table\d+Model){suffix}', name):
        try:
            model = apps.get_model(APP_LABEL, match[1])
        except LookupError:
            pass
        else:
            if getattr(model, '_is_ghost', False) or not reader_may_view(model._definition):
                raise Http404
            return model
    raise AttributeError(f'module {module!r} has no attribute {name!r}')
