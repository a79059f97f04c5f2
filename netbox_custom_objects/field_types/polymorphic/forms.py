"""
Form fields of polymorphic references, on NetBox's own for generic foreign keys.

May import NetBox's form fields. Inputs are `<field>__ct` and `<field>__obj`, for many `<field>__<app>__<model>`.
"""

from functools import reduce
from operator import or_

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utilities.forms.fields import (
    CSVContentTypeField,
    DynamicModelMultipleChoiceField,
    GenericObjectChoiceField,
)
from utilities.forms.widgets import APISelect, GenericObjectSelect, HTMXSelect
from utilities.querysets import RestrictedQuerySet
from utilities.views import get_action_url

from ...definitions import FieldDefinition, TargetRef
from ..shared.bounds import INT64_MAX, whole_number
from ..shared.digits import IntegerFormField
from ..shared.selects import CONTEXT, select_context
from .keys import allowed_types, existing, existing_models, from_text, key_of, label_of, to_text, type_from_text

# What NetBox calls the two inputs of a generic foreign key, and what they are called here (contract 3.2).
INPUTS = {'content_type': '_ct', 'object_id': '_obj'}


def type_queryset(targets: tuple[TargetRef, ...]):
    """Return the content types of some targets."""
    conditions = [Q(app_label=target.app_label, model=target.model) for target in targets]
    return ContentType.objects.filter(reduce(or_, conditions)) if conditions else ContentType.objects.none()


class PolymorphicSelect(GenericObjectSelect):
    """A type and an object of it."""

    def __init__(self, content_type_widget=None, object_widget=None, attrs=None):
        widgets = {'_ct': content_type_widget or HTMXSelect(), '_obj': object_widget or APISelect()}
        forms.MultiWidget.__init__(self, widgets, attrs)


class PolymorphicChoiceField(GenericObjectChoiceField):
    """One object of an allowed type; choosing a type renders the form again."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        types, objects = self.widget.widgets
        self.widget = PolymorphicSelect(content_type_widget=types, object_widget=objects)
        self.widget.is_required = self.required

    def _resolve_subvalue(self, form, field_name, suffix):
        own = form.add_prefix(f'{field_name}_{INPUTS[suffix]}')
        if form.is_bound:
            return form.data.get(own)
        for key in (f'{field_name}_{INPUTS[suffix]}', f'{field_name}_{suffix}'):
            # A link that clones an object spells them as NetBox does.
            if key in form.initial:
                return form.initial[key]
        return super()._resolve_subvalue(form, field_name, suffix)

    def clean(self, value):
        """Return the chosen object; a disabled input keeps the one that is stored."""
        return value if self.disabled else super().clean(value)

    def _configure_object_field(self, content_type, object_value=None):
        model = super()._configure_object_field(content_type, object_value)
        for name, key in CONTEXT.items():
            attribute = f'ts-{name}-field'
            self.object_field.widget.attrs.pop(attribute, None)
            if select_context(model):
                self.object_field.widget.attrs[attribute] = key
        return model

    def prepare(self, form, field_name):
        """Configure the object selector for the chosen type; called during rendering."""
        super().prepare(form, field_name)
        name = form.add_prefix(f'{field_name}_{INPUTS["object_id"]}')
        self.content_type_field.widget.attrs['hx-on::config-request'] = f"event.detail.parameters['{name}'] = ''"
        if self.disabled and form.is_bound:
            # What is stored, and not what a browser did not send.
            self.initial = getattr(form.instance, field_name)


class SeveralQuerySets(RestrictedQuerySet):
    """The querysets of several inputs, dressed as one: NetBox restricts what a form field calls its queryset."""

    def __init__(self, querysets: list):
        self.querysets = querysets

    def restrict(self, user, action='view'):
        """Return them restricted to what a user may do something with."""
        return SeveralQuerySets(
            [found.restrict(user, action) if hasattr(found, 'restrict') else found for found in self.querysets]
        )


class TargetsSelect(forms.MultiWidget):
    """One multiple selection for each allowed type."""

    template_name = 'netbox_custom_objects/widgets/targets.html'

    def __init__(self, targets: list[TargetRef], widgets: list, labels: list[str]):
        self.targets = targets
        self.labels = labels
        names = [f'_{target.app_label}__{target.model}' for target in targets]
        super().__init__(dict(zip(names, widgets, strict=True)))

    def decompress(self, value):
        """Return the ids by type; the value is a list of objects, or of texts such as `dcim.site:5`."""
        texts = [value] if isinstance(value, str) else value or []
        found = [text.rpartition(':') if isinstance(text, str) else (_label(text), ':', str(text.pk)) for text in texts]
        return [[pk for label, _colon, pk in found if label == target.label] for target in self.targets]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, self.by_type(value), attrs)
        for label, subwidget in zip(self.labels, context['widget']['subwidgets'], strict=True):
            subwidget['label'] = label
        return context

    def by_type(self, value) -> list:
        """Return the ids by type, whichever way the value is given: as a submitted form holds it it is by type."""
        is_by_type = isinstance(value, list) and all(isinstance(item, (list, type(None))) for item in value)
        return value if is_by_type and len(value) == len(self.targets) else self.decompress(value)


def _label(target) -> str:
    return label_of(key_of(target))


class PolymorphicMultipleChoiceField(forms.MultiValueField):
    """Many objects of allowed types."""

    def __init__(self, field: FieldDefinition, **kwargs):
        models = existing_models(field)
        self.targets = list(models)
        selects = [
            self.select(model, query_params=field.related_object_filter, selector=True)
            for target, model in models.items()
        ]
        widget = TargetsSelect(
            self.targets,
            [select.widget for select in selects],
            [model._meta.verbose_name_plural for model in models.values()],
        )
        super().__init__(fields=selects, require_all_fields=False, widget=widget, **kwargs)

    @staticmethod
    def select(model, **kwargs) -> DynamicModelMultipleChoiceField:
        """Return a multiple selection of objects of one model."""
        kwargs['context'] = select_context(model)
        return DynamicModelMultipleChoiceField(queryset=model._default_manager.all(), required=False, **kwargs)

    @property
    def queryset(self):
        return SeveralQuerySets([select.queryset for select in self.fields])

    @queryset.setter
    def queryset(self, value):
        for select, queryset in zip(self.fields, value.querysets, strict=True):
            select.queryset = queryset

    def get_bound_field(self, form, field_name):
        """Offer what is chosen now; the widget fetches the rest."""
        bound = super().get_bound_field(form, field_name)
        value = self.widget.by_type(bound.value())
        for select, widget, pks in zip(self.fields, self.widget.widgets, value, strict=True):
            chosen = [pk for pk in pks or () if whole_number(pk) is not None]
            widget.choices = [(target.pk, str(target)) for target in select.queryset.filter(pk__in=chosen)]
            widget.attrs['data-url'] = get_action_url(select.queryset.model, action='list', rest_api=True)
        return bound

    def clean(self, value):
        """Return the chosen objects; disabled inputs keep those that are stored."""
        if self.disabled:
            return list(value or ())
        found = [
            target
            for select, pks in zip(self.fields, value or [[]] * len(self.fields), strict=True)
            for target in select.clean(pks)
        ]
        if self.required and not found:
            raise ValidationError(self.error_messages['required'], code='required')
        return found

    def has_changed(self, initial, data):
        before = [set(map(str, pks or ())) for pks in self.widget.by_type(initial)]
        return before != [set(map(str, pks or ())) for pks in data or [[]] * len(self.fields)]


class TargetTypeField(CSVContentTypeField):
    """A type in an imported file: `app.model`, or the id of the content type."""

    def to_python(self, value):
        if value in self.empty_values:
            return None
        found = self.queryset.filter(pk=type_from_text(str(value).strip())).first()
        if found is None:
            raise ValidationError(_('Invalid object type'))
        return found

    @staticmethod
    def id_field(**kwargs) -> IntegerFormField:
        """Return the field of the object's id, which stands in the next column."""
        return IntegerFormField(min_value=1, max_value=INT64_MAX, **kwargs)


class TargetListField(forms.CharField):
    """Objects in an imported file: `app.model:id`, separated by commas."""

    def __init__(self, field: FieldDefinition, **kwargs):
        self.definition = field
        super().__init__(**kwargs)

    def clean(self, value):
        texts = value if isinstance(value, list) else [text for text in super().clean(value).split(',') if text.strip()]
        keys = []
        for text in texts:
            try:
                keys.append(from_text(str(text)))
            except ValueError:
                raise ValidationError(_('Invalid object: {text}').format(text=text)) from None
        allowed, found = allowed_types(self.definition), existing(keys)
        for key in keys:
            if key[0] not in allowed:
                raise ValidationError(_('Objects of this type are not allowed here: {text}').format(text=to_text(key)))
            if key not in found:
                raise ValidationError(_('Object does not exist: {text}').format(text=to_text(key)))
        if self.required and not keys:
            raise ValidationError(self.error_messages['required'], code='required')
        return [found[key] for key in dict.fromkeys(keys)]
