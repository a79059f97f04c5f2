"""
What objects are called in imported and exported files: by an attribute that people know them by, or by their ID.

May import Django's and NetBox's form fields, and `generic`. Texts are `name`, `name@scope` where the model has a
constraint for one name in each scope (a VLAN's group, an interface's device), and `#5` for the ID.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Count, Q
from django.db.models.expressions import F
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utilities.forms.fields import CSVModelChoiceField, CSVModelMultipleChoiceField

from .bounds import whole_number
from .cells import split_values

# The attributes that may name an object, the best first.
NAMING_ATTRIBUTES = (
    'name',
    'slug',
    'model',
    'asn',
    'cid',
    'address',
    'prefix',
    'mac_address',
    'username',
    'identifier',
)
# VLANs have a name, too, but people go by the number.
BETTER = {'ipam.vlan': 'vid', 'ipam.iprange': 'start_address'}
# What tells objects of one name apart where the model has no constraint for it.
SCOPE_WITHOUT_CONSTRAINT = 'vrf'
# Fields of a custom object type whose values cannot be names.
NAMELESS = (ArrayField, models.BooleanField, models.JSONField)
# How many objects of one name are looked at before one is said not to be unique.
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class NaturalKey:
    """How the objects of a model are named."""

    # 'pk' where nothing but the ID tells objects apart.
    attribute: str
    # Other attributes by which an object is found.
    others: tuple[str, ...] = ()
    # A foreign key whose object, by the attribute `scope_attribute`, tells objects of one name apart.
    scope: str = ''
    scope_attribute: str = ''
    # Whether a number can be a name.
    is_number: bool = False

    @property
    def help_text(self) -> str:
        """What an import page says about a column of such names."""
        if self.attribute == 'pk':
            return gettext_lazy('By ID')
        text = gettext_lazy('By {attribute}, or #ID')
        if self.scope:
            text = gettext_lazy('By {attribute}, {attribute}@{scope} if several have the same, or #ID')
        return format_lazy(text, attribute=self.attribute, scope=self.scope)

    def prefetches(self, name: str) -> tuple[str, ...]:
        """Return what to prefetch before the targets of the field `name` are written."""
        return (name, f'{name}__{self.scope}') if self.scope else (name,)

    # Writing

    def text_of(self, target: models.Model) -> str:
        """Return the name of an object, '' if it has none."""
        name = getattr(target, self.attribute)
        if name in (None, '') or self.attribute == 'pk':
            return ''
        scope = self._scope_of(target)
        return f'{name}@{scope}' if scope else str(name)

    def texts_of(self, targets: Collection[models.Model]) -> dict[int, str]:
        """Return what files call some objects, by ID: their names, unless others have the same or they have none."""
        texts = {target.pk: self.text_of(target) for target in targets}
        taken = self._shared_names(targets) if any(texts.values()) else set()
        return {pk: f'#{pk}' if not text or text in taken else text for pk, text in texts.items()}

    def _shared_names(self, targets: Collection[models.Model]) -> set[str]:
        names = {getattr(target, self.attribute) for target in targets}
        groups = [self.attribute, *([f'{self.scope}__{self.scope_attribute}'] if self.scope else [])]
        objects = next(iter(targets))._meta.concrete_model._default_manager.filter(**{f'{self.attribute}__in': names})
        counted = objects.order_by().values_list(*groups).annotate(count=Count('pk')).filter(count__gt=1)
        return {'@'.join(str(part) for part in group if part) for *group, _count in counted}

    def _scope_of(self, target: models.Model) -> str:
        scope = getattr(target, self.scope) if self.scope else None
        return '' if scope is None else str(getattr(scope, self.scope_attribute))

    # Reading

    def find(self, queryset, text: str) -> list[models.Model]:
        """Return the objects that a text may mean; several if it is not unique."""
        return self.find_all(queryset, (text,)).get(text, [])

    def find_all(self, queryset, texts: Collection[str]) -> dict[str, list[models.Model]]:
        """Return the objects that each of some texts may mean; one statement finds all of them."""
        texts = [text for text in texts if '\0' not in text]
        names = {*texts, *(text.rpartition('@')[0] for text in texts if self.scope)}
        attributes = [name for name in (self.attribute, *self.others) if name != 'pk']
        values = {name: _values_of(queryset.model._meta.get_field(name), names) for name in attributes}
        condition = Q(pk__in={pk for text in texts if (pk := self._pk_of(text)) is not None})
        for name, found in values.items():
            condition |= Q(**{f'{name}__in': list(found.values())})
        queryset = queryset.select_related(self.scope) if self.scope else queryset
        by_pk = {target.pk: target for target in queryset.filter(condition).order_by('pk')[: CANDIDATES * len(texts)]}
        known = {name: _grouped(by_pk.values(), name, values[name]) for name in attributes}
        return {text: self._meant(text, known, by_pk) for text in texts}

    def _meant(self, text: str, known: dict[str, dict], by_pk: dict[int, models.Model]) -> list[models.Model]:
        """Return the objects that a text may mean, of those that are known by each attribute."""
        for found in (named[text] for named in known.values() if text in named):
            outside = [target for target in found if not self._scope_of(target)]
            return outside if self.scope and len(outside) == 1 else found
        name, at, scope = text.rpartition('@')
        if self.scope and at:
            found = [target for target in known[self.attribute].get(name, ()) if self._scope_of(target) == scope]
            if found:
                return found
        pk = self._pk_of(text)
        return [by_pk[pk]] if pk in by_pk else []

    def _pk_of(self, text: str) -> int | None:
        """Return the ID that a text means: a wrong number must not be taken for an ID."""
        is_marked = text.startswith('#')
        pk = whole_number(text.removeprefix('#'))
        return None if pk is None or (self.is_number and not is_marked) else pk

    def text_in(self, value) -> str:
        """Return the text that a value of a file stands for: in JSON, a number is an ID."""
        if isinstance(value, int) and not isinstance(value, bool) and not self.is_number:
            value = f'#{value}'
        return str(value).strip()

    def get(self, queryset, value, messages: dict, ahead: Mapping[str, list[models.Model]]) -> models.Model:
        """Return the one object that a value means, perhaps looked up ahead; raise ValidationError."""
        text = self.text_in(value)
        found = ahead[text] if text in ahead else self.find(queryset, text)
        if len(found) > 1:
            message = _('"{value}" is not a unique value for this field; multiple objects were found')
            raise ValidationError(message.format(value=value))
        if not found:
            raise ValidationError(messages['invalid_choice'], code='invalid_choice', params={'value': value})
        return found[0]


def _values_of(model_field: models.Field, texts: Iterable[str]) -> dict[str, object]:
    """Return what each text is as a value of a field; those that cannot be one are left out."""
    found = {}
    for text in texts:
        with suppress(TypeError, ValueError, ValidationError):
            found[text] = model_field.clean(text, None)
    return found


def _grouped(
    targets: Iterable[models.Model], attribute: str, values: dict[str, object]
) -> dict[str, list[models.Model]]:
    """Return those objects that have one of the values, by the text that means it."""
    by_value: dict[str, list[models.Model]] = {}
    for target in targets:
        by_value.setdefault(str(getattr(target, attribute)), []).append(target)
    return {text: by_value[str(value)] for text, value in values.items() if str(value) in by_value}


def natural_key(model: type[models.Model]) -> NaturalKey:
    """Return how the objects of a model are named."""
    if hasattr(model, '_definition'):
        return key_of_type(model)
    attribute, *others = naming_attributes(model)
    if attribute == 'pk':
        return NaturalKey(attribute)
    model_field = model._meta.get_field(attribute)
    scope = '' if model_field.unique else scope_of(model, attribute)
    return NaturalKey(
        attribute,
        tuple(others),
        scope,
        naming_attributes(model._meta.get_field(scope).related_model)[0] if scope else '',
        isinstance(model_field, models.IntegerField),
    )


def key_of_type(model: type[models.Model]) -> NaturalKey:
    """Return how the objects of a custom object type are named: by the primary field, if its values can be written."""
    primary = model._definition.primary_field
    try:
        model_field = model._meta.get_field(primary.name) if primary else None
    except FieldDoesNotExist:
        model_field = None
    plain = isinstance(model_field, models.Field) and not model_field.is_relation
    if not plain or isinstance(model_field, NAMELESS):
        return NaturalKey('pk')
    return NaturalKey(primary.name, is_number=isinstance(model_field, models.IntegerField))


def naming_attributes(model: type[models.Model]) -> list[str]:
    """Return the attributes that may name an object of a model, the best first; only `pk` if there are none."""
    names = {field.name for field in model._meta.get_fields() if not field.is_relation}
    wanted = (BETTER.get(model._meta.label_lower), *NAMING_ATTRIBUTES)
    return [name for name in wanted if name in names] or ['pk']


def scope_of(model: type[models.Model], attribute: str) -> str:
    """Return the foreign key within which an attribute is unique, by the model's constraints; '' if there is none."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            names = [*constraint.fields, *_names_in(constraint.expressions)]
            keys = [name for name in names if _is_foreign_key(model, name)]
            if attribute in names and keys:
                return keys[0]
    return SCOPE_WITHOUT_CONSTRAINT if _is_foreign_key(model, SCOPE_WITHOUT_CONSTRAINT) else ''


def _names_in(expressions: Iterable) -> list[str]:
    # Unlike other expressions, a mere name of a column has none inside.
    parts = [part for one in expressions for part in ([one] if isinstance(one, F) else one.flatten())]
    return [part.name for part in parts if isinstance(part, F)]


def _is_foreign_key(model: type[models.Model], name: str) -> bool:
    try:
        return isinstance(model._meta.get_field(name), models.ForeignKey)
    except FieldDoesNotExist:
        return False


class NamedMixin:
    """A column of names; a header such as `site.id` says by which other attribute NetBox is to look."""

    def __init__(self, key: NaturalKey, **kwargs):
        self.key = key
        super().__init__(to_field_name=key.attribute, **kwargs)

    # What texts mean that were looked up for many records at once.
    ahead: Mapping[str, list[models.Model]] = MappingProxyType({})

    @property
    def is_named(self) -> bool:
        return self.to_field_name == self.key.attribute

    def look_up(self, values: Iterable) -> None:
        """Look up what the values of many records mean, by one statement."""
        texts = {text for value in values for text in self.texts_in(value)} if self.is_named else ()
        self.ahead = self.key.find_all(self.queryset, texts) if texts else {}

    @abstractmethod
    def texts_in(self, value) -> list[str]:
        """Return the names in the value of a record."""


class NamedObjectField(NamedMixin, CSVModelChoiceField):
    """One object in an imported file."""

    def to_python(self, value):
        if not self.is_named or value in self.empty_values:
            return super().to_python(value)
        return self.key.get(self.queryset, value, self.error_messages, self.ahead)

    def texts_in(self, value):
        return [] if value in self.empty_values else [self.key.text_in(value)]


class NamedObjectsField(NamedMixin, CSVModelMultipleChoiceField):
    """Objects in an imported file, separated by commas, in quotes if a name holds one."""

    def clean(self, value):
        values = self._split(value)
        if not self.is_named:
            return super().clean(values)
        items = (item for item in values if item not in ('', None))
        found = [self.key.get(self.queryset, item, self.error_messages, self.ahead) for item in items]
        if self.required and not found:
            raise ValidationError(self.error_messages['required'], code='required')
        return found

    def texts_in(self, value):
        return [self.key.text_in(item) for item in self._split(value) if item not in ('', None)]

    @staticmethod
    def _split(value) -> list:
        return value if isinstance(value, list) else split_values(str(value or ''))
