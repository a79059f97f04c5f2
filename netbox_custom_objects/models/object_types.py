"""
The ContentType and ObjectType rows of dynamic types.

They live in the main schema only, are shared by all branches, and outlive their types: change records, journal entries
and ghosts of retired types refer to them (host-facts 8, trap 4). Only those that nothing refers to may go.
"""

from contextvars import ContextVar

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction

from core.models import ObjectType
from netbox.context import query_cache
from netbox.models.features import get_model_features

from ..constants import APP_LABEL, COMMON_MODEL
from ..ddl.target import separate_cursor
from ..definitions import model_name

# Whether everything that is written now will be undone (services.preview): nothing may then be committed on its own.
undone: ContextVar[bool] = ContextVar('netbox_custom_objects_undone', default=False)


def ensure_object_type(type_id: int, model: type, using: str) -> ObjectType:
    """
    Return the ObjectType of a custom object type, creating it; `show_object_type` has NetBox offer it.

    Must be called before the first row of the type exists.

    Args:
        type_id: id of the type
        model: the abstract base of all dynamic models, whose mixins tell the features
        using: the alias that the type's own row is about to be written over
    """
    features = get_model_features(model)
    object_types = ObjectType.objects.using(DEFAULT_DB_ALIAS)
    object_type = object_types.filter(app_label=APP_LABEL, model=model_name(type_id)).first()
    if object_type is None:
        if using != DEFAULT_DB_ALIAS and connections[DEFAULT_DB_ALIAS].in_atomic_block and not undone.get():
            _insert_at_once(model_name(type_id), _hidden(features))
            object_type = object_types.get(app_label=APP_LABEL, model=model_name(type_id))
        else:
            # What a branch writes may be rolled back, and this would stay.
            public = using == DEFAULT_DB_ALIAS
            object_type = object_types.create(
                app_label=APP_LABEL,
                model=model_name(type_id),
                public=public,
                features=features if public else _hidden(features),
            )
        # A miss may be cached on another connection's ContentType (host-facts 2.1).
        ContentType.objects.clear_cache()
    return object_type


def show_object_type(type_id: int, model: type, using: str) -> None:
    """
    Have NetBox's forms and endpoints offer a type; as soon as a branch's transaction, if it is that, is committed.

    Args:
        type_id: id of the type
        model: the abstract base of all dynamic models
        using: the alias that its table was made over
    """
    features = get_model_features(model)

    def show():
        _update(ObjectType.objects.filter(app_label=APP_LABEL, model=model_name(type_id)), True, features)

    if using == DEFAULT_DB_ALIAS:
        show()
    else:
        transaction.on_commit(show, using=using)


def hide_object_types(model: type, except_for: list[str]) -> None:
    """Have NetBox's forms offer none of our dynamic types (their abstract base is given) but those of these names."""
    hidden = ObjectType.objects.filter(app_label=APP_LABEL, model__regex=r'^table\d+model$')
    _update(hidden.exclude(model__in=except_for), False, _hidden(get_model_features(model)))


def _hidden(features: list[str]) -> list[str]:
    """Return the features of a type that is not there, for its records and for branches."""
    return [feature for feature in features if feature in ('branching', 'change_logging')]


def _update(object_types, public: bool, features: list[str]) -> None:
    changed = object_types.using(DEFAULT_DB_ALIAS).exclude(public=public, features=features)
    if changed.update(public=public, features=features) and (cache := query_cache.get()) is not None:
        # NetBox remembers them for the time of a request.
        cache['object_types'].clear()


def ensure_common_object_type() -> None:
    """Make the row of the class that stands for all types, for plugins that look for models in this table."""
    names = {'app_label': APP_LABEL, 'model': COMMON_MODEL}
    object_types = ObjectType.objects.using(DEFAULT_DB_ALIAS)
    if not object_types.filter(**names).exists():
        # Such a plugin may have made the content type alone.
        content_type, _is_new = ContentType.objects.using(DEFAULT_DB_ALIAS).get_or_create(**names)
        ObjectType(contenttype_ptr=content_type, **names).save(using=DEFAULT_DB_ALIAS)


def object_type_names() -> list[str]:
    """Return the model names of all our content types, e.g. `table5model`."""
    return list(ContentType.objects.using(DEFAULT_DB_ALIAS).filter(app_label=APP_LABEL).values_list('model', flat=True))


def drop_unreferenced(names: list[str]) -> list[str]:
    """
    Delete those content types, with their object types, that no row refers to; return their model names.

    The database itself says whether a row does, of whichever app: all references to content types are foreign keys.
    """
    dropped = []
    for name in names:
        content_types = ContentType.objects.using(DEFAULT_DB_ALIAS).filter(app_label=APP_LABEL, model=name)
        object_types = ObjectType.objects.using(DEFAULT_DB_ALIAS).filter(contenttype_ptr__in=content_types)
        try:
            with transaction.atomic(using=DEFAULT_DB_ALIAS):
                # Not delete(): that would take along what refers to it.
                object_types._raw_delete(DEFAULT_DB_ALIAS)
                content_types._raw_delete(DEFAULT_DB_ALIAS)
                connections[DEFAULT_DB_ALIAS].check_constraints()
        except IntegrityError:
            continue
        dropped.append(name)
    if dropped:
        ContentType.objects.clear_cache()
    return dropped


def _insert_at_once(name: str, features: list[str]) -> None:
    """
    Insert and commit over a connection of its own, while the default connection is inside a transaction.

    NetBox runs scripts in a branch inside transactions on both connections. A row that only the default one can see
    would be inserted again by the branch's, which then waits for this thread to commit: for ever (host-facts 7.2).
    """
    with separate_cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {ContentType._meta.db_table} (app_label, model) VALUES (%s, %s) '
            'ON CONFLICT (app_label, model) DO UPDATE SET model = excluded.model RETURNING id',
            [APP_LABEL, name],
        )
        (pk,) = cursor.fetchone()
        cursor.execute(
            f'INSERT INTO {ObjectType._meta.db_table} (contenttype_ptr_id, public, features) '
            'VALUES (%s, false, %s) ON CONFLICT DO NOTHING',
            [pk, features],
        )
