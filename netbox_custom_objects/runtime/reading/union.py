"""
Objects of many models in one statement: a page that shows fifty types must not cost fifty queries.

May import Django's ORM, which says how the columns of each model are selected; UNION ALL joins what it says.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models, router

from ..classes.memo import per_type


@dataclass(frozen=True, slots=True)
class Selection:
    """How all columns of a model are selected, and how rows of them become objects."""

    model: type[models.Model]
    sql: str
    params: tuple
    # Attributes: those of the columns, then what the manager annotates.
    names: tuple[str, ...]
    columns: int
    # The PostgreSQL type of each column, without its length or precision.
    kinds: tuple[str, ...]
    # By column: the functions that turn what the driver gives into what the attribute holds, and the expression.
    converters: dict[int, tuple[list[Callable], Any]]
    # Which column is the primary key.
    key: int
    # By what rows are numbered; nothing if the SQL itself has an order.
    order: str = ''

    def objects(self, rows: Sequence[Sequence], alias: str) -> list[models.Model]:
        """Return objects made of rows, which were read over `alias`."""
        found = []
        for row in rows:
            values = list(row)
            for index, (functions, expression) in self.converters.items():
                for function in functions:
                    values[index] = function(values[index], expression, connections[alias])
            obj = self.model.from_db(alias, self.names[: self.columns], values[: self.columns])
            for name, value in zip(self.names[self.columns :], values[self.columns :]):
                setattr(obj, name, value)
            found.append(obj)
        return found


def selection_of(queryset: models.QuerySet, order: str = '') -> Selection:
    """Return how the columns of a queryset's model are selected; a filter and an order of the queryset hold, too."""
    queryset = queryset.select_related(None)
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, params = compiler.as_sql()
    expressions = [expression for expression, _sql, _alias in compiler.select]
    annotations = sorted(compiler.annotation_col_map, key=compiler.annotation_col_map.get)
    fields = [expression.target for expression in expressions[: len(expressions) - len(annotations)]]
    return Selection(
        model=queryset.model,
        sql=sql,
        params=tuple(params),
        names=(*(field.attname for field in fields), *annotations),
        columns=len(fields),
        kinds=tuple(_kind(expression, compiler.connection) for expression in expressions),
        converters=compiler.get_converters(expressions),
        key=fields.index(queryset.model._meta.pk),
        order=order,
    )


@per_type
def custom_selection(model, direction: str = 'ASC') -> Selection:
    """Return how the columns of a custom type's objects are selected, in order of their ids, or in reverse (DESC)."""
    key = [field.attname for field in model._meta.concrete_fields].index('id')
    return selection_of(models.QuerySet(model).order_by(), order=f'ORDER BY c{key} {direction}')


def _kind(expression, connection) -> str:
    spelled = expression.output_field.db_type(connection).split(' GENERATED')[0]
    return re.sub(r'\s*\([^)]*\)', '', spelled)


@dataclass(frozen=True, slots=True)
class Part:
    """Objects of one model to be read: those whose primary keys meet a condition, such as `= ANY(%s)`."""

    selection: Selection
    condition: str
    params: tuple

    @classmethod
    def of_ids(cls, selection: Selection, ids) -> 'Part':
        return cls(selection, '= ANY(%s::bigint[])', (sorted(ids),))


def read(parts: Sequence[Part], alias: str) -> list[list[models.Model]]:
    """
    Return the objects of each part, in the order of its selection: one statement, none if there are no parts.

    Args:
        parts: what to read; all of it must be readable over one connection
        alias: that connection
    """
    if not parts:
        return []
    # A union's parts have the same columns: as many of each PostgreSQL type as the part that has most of them.
    most: Counter[str] = Counter()
    for part in parts:
        most |= Counter(part.selection.kinds)
    slots = [(kind, number) for kind in sorted(most) for number in range(most[kind])]
    positions = [_positions(part.selection, slots) for part in parts]
    sql = ' UNION ALL '.join(_part_sql(number, part, slots, positions[number]) for number, part in enumerate(parts))
    params = [value for part in parts for value in (*part.selection.params, *part.params)]
    rows: list[list] = [[] for _ in parts]
    with connections[alias].cursor() as cursor:
        cursor.execute(f'{sql} ORDER BY 1, 2', params)
        for number, _order, *values in cursor.fetchall():
            rows[number].append([values[position] for position in positions[number]])
    return [part.selection.objects(found, alias) for part, found in zip(parts, rows)]


def read_by_ids(ids: Mapping[type[models.Model], Collection[int]], alias: str | None = None) -> dict[type, list]:
    """
    Return objects of many models, each model's in the order of its default manager: one statement per database alias.

    Args:
        ids: which objects; those that do not exist are left out
        alias: read over this one alone, and return nothing of models that the router reads over others
    """
    found: dict[type, list] = {model: [] for model in ids}
    by_alias: dict[str, list[tuple[type, Part]]] = defaultdict(list)
    for model, pks in ids.items():
        objects = model._default_manager.all()
        if objects.query.is_empty():
            continue  # a type that the schema lacks
        custom = hasattr(model, '_definition')
        selection = custom_selection(objects.model) if custom else selection_of(objects)
        # Models that branching does not copy are read from main.
        by_alias[router.db_for_read(objects.model)].append((model, Part.of_ids(selection, pks)))
    for key, parts in by_alias.items():
        if alias is None or key == alias:
            for (model, _part), objects in zip(parts, read([part for _model, part in parts], key)):
                found[model] = objects
        else:
            for model, _part in parts:
                del found[model]
    return found


def _positions(selection: Selection, slots) -> list[int]:
    """Return at which slot each column of a selection stands."""
    seen: Counter[str] = Counter()
    positions = []
    for kind in selection.kinds:
        positions.append(slots.index((kind, seen[kind])))
        seen[kind] += 1
    return positions


def _part_sql(number: int, part: Part, slots, positions: list[int]) -> str:
    selection = part.selection
    shown = [f'NULL::{kind}' for kind, _ in slots]
    for column, position in enumerate(positions):
        shown[position] = f'c{column}'
    names = ', '.join(f'c{column}' for column in range(len(selection.kinds)))
    return (
        f'SELECT {number}, row_number() OVER ({selection.order}), {", ".join(shown)} '
        f'FROM ({selection.sql}) AS part ({names}) WHERE c{selection.key} {part.condition}'
    )
