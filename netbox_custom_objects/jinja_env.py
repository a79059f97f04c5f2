"""
What NetBox's templates see of ours: filters in all of them, and `custom_objects` in config and export templates.

May import runtime. Templates see everything that there is, as they do of NetBox's own models: who may write or render
a template decides.
"""

import logging

from .runtime.classes.registry import world
from .runtime.inbound.by_related_name import linked_for_template

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')


class NoObjects:
    """What stands for the objects of a type that does not exist: empty in every use."""

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __str__(self):
        return ''

    def count(self):
        return 0

    def exists(self):
        return False

    def first(self):
        return None

    last = first


def objects_of(name: str):
    """Return the manager of the type with a name in the current schema (active branch or main), or NoObjects."""
    current = world()
    definition = current.find_name(name) if isinstance(name, str) else None
    if definition is None:
        logger.warning('A template asks for objects of the custom object type "%s", which does not exist.', name)
        return NoObjects()
    return current.model(definition.id).objects


def all_objects_of(name: str):
    """Return all objects of the type with a name; a filter, as in `'cat' | custom_objects`."""
    return objects_of(name).all()


class CustomObjectsNamespace:
    """`custom_objects` in a template: `custom_objects.cat` is the manager of the type `cat`; a loop gives names."""

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return objects_of(name)

    def __getitem__(self, name):
        return objects_of(name)

    def __iter__(self):
        # Without it, Python would ask for the items 0, 1, 2 and so on, and there would always be one.
        return iter(sorted(world().by_name))


filters = {'custom_objects': all_objects_of, 'linked_objects': linked_for_template}
