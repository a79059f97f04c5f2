"""
Which objects a reference may refer to: those that its related object filter finds, as the list of their model does.

May import NetBox's filtersets, by the names under which its object selector finds them. Values may name fields of the
same object, such as `$site`, as NetBox's selectors read them.
"""

from collections.abc import Callable, Collection, Iterator

from django.apps import apps
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

# Begins a value that names a field.
MARK = '$'


def name_in(value) -> str:
    """Return the field that a value of a filter names, '' if it names none."""
    return value[len(MARK) :] if isinstance(value, str) and value.startswith(MARK) else ''


def names_in(limit: dict | None) -> set[str]:
    """Return the fields that the values of a filter name; what is stored may be no filter."""
    values = limit.values() if isinstance(limit, dict) else ()
    return {name for value in values for item in as_list(value) if (name := name_in(item))}


def with_name(limit: dict, old: str, new: str) -> dict:
    """Return a filter that names a field by its new name."""

    def renamed(value):
        return f'{MARK}{new}' if name_in(value) == old else value

    return {
        key: [renamed(item) for item in value] if isinstance(value, list) else renamed(value)
        for key, value in limit.items()
    }


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def with_values(limit: dict, values_of: Callable[[str], list]) -> dict[str, list]:
    """
    Return the parameters that a filter comes to; those that name only fields without a value are left out.

    Args:
        limit: the filter
        values_of: returns the values of a field by its name
    """
    found = {}
    for key, value in limit.items():
        items = []
        for given in as_list(value):
            items += values_of(name) if (name := name_in(given)) else [given]
        if items or not names_in({key: value}):
            found[key] = items
    return found


def filterset_of(model: type):
    """Return the class that filters the lists of a model, None if there is none."""
    module = apps.get_app_config(model._meta.app_label).name
    try:
        return import_string(f'{module}.filtersets.{model.__name__}FilterSet')
    except ImportError:
        return None


def faults_of(model: type, limit: dict) -> Iterator[str]:
    """Yield what is wrong with a filter of the objects of a model: parameters and values that it does not have."""
    filterset_class = filterset_of(model)
    if filterset_class is None:
        return
    # What names a field is known once there is an object.
    static = {key: [item for item in as_list(value) if not name_in(item)] for key, value in limit.items()}
    filterset = filterset_class(query_of(static), model._default_manager.all())
    for key in limit:
        if key not in filterset.filters:
            yield _('Unknown filter: {name}.').format(name=key)
    for key, messages in filterset.form.errors.items():
        yield _('{name}: {message}').format(name=key, message=' '.join(messages))


def find_inside(model: type, parameters: dict, pks: Collection[int]) -> set[int]:
    """Return the ids of those objects that a filter finds; in one statement, however many there are."""
    filterset_class, objects = filterset_of(model), model._default_manager.filter(pk__in=pks)
    if filterset_class is None:
        return set(pks)
    filterset = filterset_class(query_of(parameters), objects)
    # A value that is gone, such as a status or a region, finds nothing.
    return set(filterset.qs.values_list('pk', flat=True)) if filterset.is_valid() else set()


def query_of(parameters: dict) -> QueryDict:
    """Return parameters as a list's filterset takes them."""
    query = QueryDict(mutable=True)
    for key, value in parameters.items():
        query.setlist(key, list(map(as_text, as_list(value))))
    return query


def as_text(value) -> str:
    """Return a value of a filter as an address has it."""
    if value is None:
        return 'null'
    return str(value).lower() if isinstance(value, bool) else str(value)
