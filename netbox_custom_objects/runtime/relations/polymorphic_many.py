"""
The model field of polymorphic links, many objects of several models, and the manager that it puts on objects.

May import generic, which fetches targets, and links. The links of an object are rows of its field's link table.
"""

from django.db import models, router, transaction
from django.db.models.signals import m2m_changed

from ...field_types.polymorphic.keys import Key, key_from_payload, key_of, key_type, label_of
from ...models.change_data import park_links
from ..inbound.holding import hold_keys
from .foreign_key import LinkField
from .many import SOURCE_MARK, marked_copy
from .polymorphic import fetch


class GenericLinks(LinkField):
    """
    `instance.<name>`: a manager of linked objects of any types.

    To Django this is a relation to content types through the link table, so that link tables are found (branching
    copies them), and a lookup `<name>` means the types of the targets. Their ids stand beside them.
    """

    def __init__(self, to, **kwargs):
        # Django's serializer would write the content types.
        super().__init__(to, serialize=False, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, self.name, GenericLinksDescriptor(self))

    def value_from_object(self, obj):
        return [] if obj.pk is None else list(getattr(obj, self.name).all())

    def get_payload(self, instance) -> list[dict]:
        """Return the links as change data holds them: in their order, which merges and reverts must not change."""
        known = getattr(instance, '_prefetched_objects_cache', {}).get(self.name)
        if instance.pk is None or (known is not None and known.is_known_to_be_empty):
            keys = []
        elif known is not None and known.keys is not None:
            keys = known.keys
        else:
            keys = getattr(instance, self.name).keys()
        return [{'content_type': label_of(key), 'object_id': key[1]} for key in keys]


class GenericLinksDescriptor:
    """`instance.<name>`: the manager. What is assigned to it takes effect when the object is saved."""

    def __init__(self, field: GenericLinks):
        self.field = field
        self.through = field.remote_field.through

    def __get__(self, instance, cls=None):
        return self if instance is None else GenericLinksManager(instance, self.field)

    def __set__(self, instance, value):
        # Serializers take what Django does not serialise for a plain attribute, and set it before they save.
        park_links(instance, self.field.name, value)


class Targets:
    """The linked objects, fetched when they are first needed. Those that do not exist any more are left out."""

    def __init__(self, fetch_all):
        self._fetch_all = fetch_all
        # Set by prefetch_related(), as on a queryset.
        self._result_cache: list | None = None
        self._prefetch_done = False
        # Those of all links, also of links without a target, if they were read.
        self.keys: list[Key] | None = None
        # The object has no links at all, rather than links without a target.
        self.is_known_to_be_empty = False

    def all(self) -> 'Targets':
        return self

    def _items(self) -> list:
        if self._result_cache is None:
            self._result_cache = self._fetch_all()
        return self._result_cache

    def __iter__(self):
        return iter(self._items())

    def __len__(self):
        return len(self._items())

    def __getitem__(self, index):
        return self._items()[index]

    def count(self) -> int:
        return len(self)

    def exists(self) -> bool:
        return len(self) > 0

    def first(self):
        return next(iter(self), None)


class GenericLinksManager:
    """What can be done with the links of one object; written like Django's manager of a many-valued relation."""

    def __init__(self, instance, field: GenericLinks):
        if instance.pk is None:
            raise ValueError(f'{instance!r} must be saved before {field.name} can be used.')
        self.instance = instance
        self.field = field
        self.through = field.remote_field.through

    def all(self) -> Targets:
        return self.get_queryset()

    def get_queryset(self) -> Targets:
        try:
            return self.instance._prefetched_objects_cache[self.field.name]
        except (AttributeError, KeyError):
            return Targets(self._fetch)

    def _fetch(self) -> list:
        keys = self.keys()
        found = fetch(keys, self.instance._state.db)
        return [found[key] for key in keys if key in found]

    def keys(self) -> list[Key]:
        """Return (content type id, object id) of all links, in the order in which they were made."""
        return list(self._rows([self.instance]).values_list('content_type_id', 'object_id'))

    def objects_of(self, model):
        """Return a queryset of the linked objects of one model."""
        content_type = key_type(model)
        return model._default_manager.filter(pk__in=[pk for found, pk in self.keys() if found == content_type])

    def has_objects_of(self, content_type: int) -> bool:
        """Whether there is a link to an object of a type."""
        return self._rows([self.instance]).filter(content_type=content_type).exists()

    def _rows(self, instances):
        alias = instances[0]._state.db or router.db_for_read(self.through, instance=instances[0])
        return self.through._default_manager.using(alias).filter(source_id__in=[i.pk for i in instances]).order_by('pk')

    def exists(self) -> bool:
        return self.all().exists()

    def count(self) -> int:
        return self.all().count()

    def first(self):
        return self.all().first()

    def __iter__(self):
        return iter(self.all())

    def add(self, *targets) -> None:
        """Link to more objects; each is an object, a key, or an item of change data."""
        self._change(added=[_as_key(target) for target in targets], removed=())

    def remove(self, *targets) -> None:
        self._change(added=(), removed=[_as_key(target) for target in targets])

    def clear(self) -> None:
        self._change(added=(), removed=self.keys())

    def set(self, targets, *, clear: bool = False) -> None:
        """Replace the links; None stands for none."""
        self.set_base(targets, clear=clear)

    def set_base(self, targets, *, clear: bool = False, raw: bool = False) -> None:
        """
        Replace the links; what deserialised objects call, with `raw` set for those who receive the signals.

        Change data also holds the order of links. A merge or revert may add them at another time, and restores it.
        """
        targets = list(targets or ())
        wanted = [*dict.fromkeys(key for key in map(_as_key, targets) if key is not None)]
        present = self.keys()
        removed = present if clear else [key for key in present if key not in set(wanted)]
        self._change(added=wanted, removed=removed, raw=raw)
        if any(isinstance(target, dict) for target in targets):
            kept = [key for key in present if key not in removed]
            self._put_in_order([*kept, *(key for key in wanted if key not in kept)], wanted)

    def _put_in_order(self, made: list[Key], wanted: list[Key]) -> None:
        """Recreate the links from the first one that is out of place."""
        start = next((place for place, (one, other) in enumerate(zip(made, wanted)) if one != other), None)
        if start is None:
            return
        alias = router.db_for_write(self.through, instance=self.instance)
        links = self.through._default_manager.using(alias)
        with transaction.atomic(using=alias, savepoint=False):
            links.filter(_any_of(wanted[start:]), source_id=self.instance.pk).delete()
            links.bulk_create(self.link_to(key) for key in wanted[start:])

    add.alters_data = remove.alters_data = clear.alters_data = set.alters_data = set_base.alters_data = True

    def _change(self, added, removed, raw: bool = False) -> None:
        alias = router.db_for_write(self.through, instance=self.instance)
        links = self.through._default_manager.using(alias).filter(source_id=self.instance.pk)
        with transaction.atomic(using=alias, savepoint=False):
            present = list(links.values_list('content_type_id', 'object_id'))
            gone = [key for key in dict.fromkeys(removed) if key in present]
            new = [key for key in dict.fromkeys(added) if key is not None and (key not in present or key in gone)]
            self._forget()
            if new:
                hold_keys(new, self.instance, alias)
            if gone:
                self._announce('pre_remove', gone, alias, raw)
                links.filter(_any_of(gone)).delete()
                self._announce('post_remove', gone, alias, raw)
            if new:
                self._announce('pre_add', new, alias, raw)
                self.through._default_manager.using(alias).bulk_create(self.link_to(key) for key in new)
                self._announce('post_add', new, alias, raw)

    def link_to(self, target):
        """Return a link row, not saved."""
        content_type, pk = _as_key(target)
        return self.through(source_id=self.instance.pk, content_type_id=content_type, object_id=pk)

    def _forget(self) -> None:
        getattr(self.instance, '_prefetched_objects_cache', {}).pop(self.field.name, None)

    def _announce(self, action, keys, alias, raw) -> None:
        m2m_changed.send(
            sender=self.through,
            instance=self.instance,
            action=action,
            reverse=False,
            model=self.through,
            pk_set={pk for _type, pk in keys},
            using=alias,
            raw=raw,
        )

    def get_prefetch_querysets(self, instances, querysets=None):
        """Return what prefetch_related() asks for: one query for the links, one per type of their targets."""
        if querysets:
            raise ValueError('The targets of polymorphic links are not of one model, and take no queryset.')
        rows = list(self._rows(instances).values_list('source_id', 'content_type_id', 'object_id'))
        found = fetch({(content_type, pk) for _source, content_type, pk in rows}, instances[0]._state.db)
        targets = [
            marked_copy(found[content_type, pk], source)
            for source, content_type, pk in rows
            if (content_type, pk) in found
        ]
        return (
            targets,
            lambda target: target.__dict__[SOURCE_MARK],
            lambda instance: instance.pk,
            False,
            self.field.name,
            False,
        )


def _any_of(keys: list[Key]) -> models.Q:
    return models.Q(*(models.Q(content_type_id=ct, object_id=pk) for ct, pk in keys), _connector=models.Q.OR)


def _as_key(target) -> Key | None:
    if isinstance(target, dict):
        return key_from_payload(target)
    return target if isinstance(target, tuple) else key_of(target)
