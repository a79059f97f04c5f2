"""
The row of one field in a design: what every field has on a line, and the rest in a drawer.

May import forms of fields. Only what a field of the chosen type can have is asked for; choosing another type renders
the row again (htmx).
"""

from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from utilities.forms.fields import ContentTypeChoiceField, ContentTypeMultipleChoiceField

from ...definitions import CONDITIONS
from ...field_types import FIELD_TYPES, field_type_named
from ...models import CustomObjectObjectType, CustomObjectType
from ..expressions import chosen_type, listing, shown
from ..fields import DECIDING, ROLLUP_DECIDING, CustomObjectTypeFieldForm
from ..rollups import ROLLUP_INPUTS
from ..staged import FILL, STEP_BY_STEP
from .kinds import KindSelect, grouped_choices
from .rows import RowMixin

# Set when the type is saved: by the page, and by the order of the rows.
_NOT_ASKED = ('custom_object_type', 'weight', 'changelog_message')
_DEPRECATION = ('deprecated', 'deprecated_since', 'scheduled_removal')
# How a row says that its field refers to the type which is being designed.
OWN_TYPE = 'self'
_TARGETS = ('related_object_type', 'related_object_types')
# The columns of the grid. What a type of field needs beyond its name is in one of them.
NAMED = ('label', 'name', 'type')
NEEDED = (
    'choice_set', 'element_type', 'result_type', 'expression', *ROLLUP_INPUTS, 'is_polymorphic', *_TARGETS,
)  # fmt: skip
FLAGS = ('required', 'unique', 'primary')
DRAWER = (
    (_('Description'), ('group_name', 'description', 'comments')),
    (_('Value'), (
        'default', 'default_from', 'unit', 'decimal_digits', 'decimal_places', 'number_template', 'restart_yearly',
        'suggest_values',
    )),
    (_('Validation'), ('max_length', 'validation_regex', 'validation_minimum', 'validation_maximum')),
    (_('Conditions'), CONDITIONS),
    (_('Reference'), (
        'related_object_filter', 'related_object_filter_enforced', 'on_delete_behavior', 'related_name',
    )),
    (_('Deprecation'), _DEPRECATION),
    (_('When saving'), ('update_dependents', STEP_BY_STEP, FILL)),
)  # fmt: skip
# What the drawer shows of which nothing else is known, such as how a field is searched and shown.
_REST = _('Behavior')
# Small lists, which need no search.
_PLAIN = ('search_weight', 'filter_logic', 'ui_visible', 'ui_editable', 'on_delete_behavior')


class TargetChoices(ModelChoiceIterator):
    """The object types, and before them the type that is being designed."""

    def __iter__(self):
        choices = super().__iter__()
        if self.field.empty_label is not None:
            yield next(choices)
        if self.field.offers_own_type:
            yield OWN_TYPE, _('This type')
        yield from choices


class TargetField(ContentTypeChoiceField):
    """The target of a reference; `own_type` is the object type that OWN_TYPE means, as soon as it exists."""

    iterator = TargetChoices
    offers_own_type, own_type = True, None

    def clean(self, value):
        return self.own_type if value == OWN_TYPE else super().clean(value)


class TargetsField(ContentTypeMultipleChoiceField):
    """The targets of a polymorphic reference, likewise."""

    iterator = TargetChoices
    offers_own_type, own_type = True, None

    def clean(self, value):
        if OWN_TYPE not in (value or ()):
            return super().clean(value)
        others = [pk for pk in value if pk != OWN_TYPE]
        found = list(super().clean(others)) if others else []
        return found if self.own_type is None else [*found, self.own_type]


class DesignFieldForm(RowMixin, CustomObjectTypeFieldForm):
    """One row: what a field of the chosen type needs, rendered again by itself when another type is chosen."""

    related_object_type = TargetField(queryset=CustomObjectObjectType.objects.all(), label=_('Related object type'))
    related_object_types = TargetsField(queryset=CustomObjectObjectType.objects.all(), label=_('Related object types'))

    def __init__(self, *args, row_url: str, names=(), **kwargs):
        """
        Args:
            row_url: the address that renders a row from its inputs
            names: the names of the fields of the design, which its expressions may read
        """
        self._names = names
        super().__init__(*args, **kwargs)
        self.conditions: dict[str, str] = {}
        for name in (*_NOT_ASKED, *(_DEPRECATION if self.is_new else ())):
            self.fields.pop(name, None)
        self._offer_types()
        for name in _TARGETS:
            if name in self.fields:
                self.fields[name].offers_own_type = self.is_new and self.instance.custom_object_type_id is None
        deciding = [name for name in (*DECIDING, *ROLLUP_DECIDING) if name in self.fields]
        self.render_again(deciding, row_url, 'closest [data-field]')
        for name in _PLAIN:
            if name in self.fields:
                self.fields[name].widget.attrs['class'] = 'form-select no-ts'
        if 'comments' in self.fields:
            self.fields['comments'].widget.attrs['rows'] = 3
        self._arrange()

    def _offer_types(self):
        offered = {name for name, _label in self.fields['type'].choices}
        if self.is_new and self.instance.custom_object_type_id is None:
            # Nothing refers to the type yet.
            offered -= {name for name in offered if name in FIELD_TYPES and field_type_named(name).is_rollup}
        is_disabled = self.fields['type'].disabled
        self.fields['type'].widget = KindSelect()
        self.fields['type'].choices = grouped_choices(offered)
        self.fields['type'].disabled = is_disabled
        if self.instance.pk:
            self.fields['label'].widget.attrs['placeholder'] = str(self.instance)

    def _arrange(self):
        self.named, self.needed = ([self[name] for name in names if name in self.fields] for names in (NAMED, NEEDED))
        # The columns of those that a type of field does not have stay empty.
        self.flag_slots = [{'field': self[name] if name in self.fields else None} for name in FLAGS]
        placed = {*NAMED, *NEEDED, *FLAGS, *(name for _heading, names in DRAWER for name in names)}
        groups = [*DRAWER[:-2], (_REST, [name for name in self.fields if name not in placed]), *DRAWER[-2:]]
        found = [(heading, [self[name] for name in names if name in self.fields]) for heading, names in groups]
        self.drawer = tuple((heading, members) for heading, members in found if members)

    def _offer_names(self):
        definition = chosen_type(self)
        self.initial_conditions = {name: shown(getattr(self.instance, name), definition) for name in CONDITIONS}
        super()._offer_names()
        for name in ('expression', *CONDITIONS[-1:]):
            if name in self.fields:
                self.fields[name].help_text = listing(type(self).base_fields[name].help_text, self._names)

    def clean(self):
        super().clean()
        # They may read fields of later rows, and are stored when these are (schema.design).
        self.conditions = {name: self.cleaned_data.pop(name) for name in CONDITIONS if name in self.cleaned_data}
        return self.cleaned_data

    def full_clean(self):
        """Validate the row; OWN_TYPE means the type that it belongs to, if that exists."""
        if self.instance.custom_object_type_id is not None:
            custom_object_type: CustomObjectType = self.instance.custom_object_type
            for name in _TARGETS:
                if name in self.fields:
                    self.fields[name].own_type = custom_object_type.object_type
        super().full_clean()

    @property
    def has_conditions(self) -> bool:
        """Whether the field has conditions, or had some."""
        data = self.data or {}
        sent = any(data.get(self.add_prefix(name)) for name in CONDITIONS)
        return sent or any(getattr(self.pristine, name) for name in CONDITIONS)
