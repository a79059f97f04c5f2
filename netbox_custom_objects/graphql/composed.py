"""
One schema of NetBox's converted types and ours, for those who may view the same types at the same revision.

Composing takes milliseconds: NetBox's types are not converted again, and ours are kept on their islands (ADR 27).
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import strawberry
from django.db.models import QuerySet
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.extensions import MaxTokensLimiter, SchemaExtension
from strawberry.types.field import StrawberryField
from strawberry_django.optimizer import DjangoOptimizerExtension

from ..runtime.classes.registry import world
from ..runtime.classes.world import World
from ..runtime.rights import viewable_types
from .extensions import FIELD
from .host import Host, host
from .names import root_names
from .reading.batch import with_peers
from .types.island import Part, part_of

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

# Schemas that are kept: of main and some branches, for some sets of types.
KEPT = 32
# Of a query without its variables: validating one takes time in proportion to the square of its fields.
MAX_TOKENS = 5_000

NO_FIELD = StrawberryField(python_name='custom_object')

_kept: OrderedDict[tuple[World, frozenset[int]], strawberry.Schema] = OrderedDict()
_lock = threading.Lock()
# Only one thread composes: all of them would make the same, and be slower for it. No query is made meanwhile.
_composing = threading.Lock()


class ComposedSchema(strawberry.Schema):
    """NetBox's schema with more fields of its query; made of converted types only."""

    def __init__(self, netbox: Host, fields: dict[str, GraphQLField]):
        self.__dict__.update(vars(netbox.schema))
        own = netbox.schema._schema
        query = own.query_type
        self.schema_converter = netbox.converter
        self._schema = GraphQLSchema(
            query=GraphQLObjectType(query.name, {**query.fields, **fields}, description=query.description),
            mutation=own.mutation_type,
            subscription=own.subscription_type,
            directives=own.directives,
            extensions=own.extensions,
            # Each part is valid, and names do not clash; validating all of it would take longer than composing it.
            assume_valid=True,
        )
        self._schema._strawberry_schema = self

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """
        Return NetBox's extensions, and one that bounds a query.

        Objects that are asked for `custom_objects` know what they were read with.
        """
        found = [*super().get_extensions(sync), MaxTokensLimiter(MAX_TOKENS)]
        for extension in found:
            if isinstance(extension, DjangoOptimizerExtension):
                extension.optimize = partial(_optimize, extension, extension.optimize)
        return found

    def get_field_for_type(self, field_name, type_name):
        """Return Strawberry's field, which those of ours do not have; the optimizer asks for it, but not what it is."""
        return super().get_field_for_type(field_name, type_name) or NO_FIELD


def _optimize(extension: DjangoOptimizerExtension, optimize: Callable, queryset, info, **kwargs):
    found = optimize(queryset, info, **kwargs)
    if FIELD not in (extension.execution_context.query or '') or not isinstance(found, QuerySet):
        return found
    return found if found._result_cache is not None else with_peers(found)


def schema_for(user) -> strawberry.Schema:
    """Return the schema of what a user may view in the current context (main or a branch)."""
    visible = frozenset(definition.id for definition in viewable_types(user))
    if not visible:
        return host().schema
    key = world(), visible
    if (found := _find(key)) is not None:
        return found
    with _composing:
        if (found := _find(key)) is not None:
            return found
        made = compose(*key)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _find(key) -> strawberry.Schema | None:
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
        return found


def compose(current: World, visible: frozenset[int]) -> strawberry.Schema:
    """Return the schema of some types of a World; call it under the lock."""
    netbox = host()
    names = root_names(current.definitions.values(), netbox.query)
    fields: dict[str, GraphQLField] = {}
    parts: list[tuple[Part, dict[str, GraphQLField]]] = []
    for island in current.islands:
        if island.models.keys() & visible:
            part = part_of(island, visible)
            own = {}
            for type_id, (one, many) in part.roots.items():
                own |= dict(zip(names[type_id], (one, many), strict=True))
            parts.append((part, own))
            fields |= own
    try:
        return ComposedSchema(netbox, fields)
    except Exception:
        # The last resort: what fails is known to `part_of`, and left out there.
        logger.exception('The GraphQL schema cannot be composed of all types')
    sound: dict[str, GraphQLField] = {}
    for _part, own in parts:
        try:
            ComposedSchema(netbox, {**sound, **own})
        except Exception:
            logger.exception('Types are left out of GraphQL: %s', ', '.join(sorted(own)))
        else:
            sound |= own
    return ComposedSchema(netbox, sound)
