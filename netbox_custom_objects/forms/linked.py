"""
The form by which the rows of the tab "Custom Objects" are filtered.

May import NetBox's form fields. What it offers is passed to it: it must not ask which types there are.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from extras.models import Tag
from utilities.forms.fields import DynamicModelMultipleChoiceField


class LinkedObjectsFilterForm(forms.Form):
    """Quick search, one type, and tags that an object must all have."""

    q = forms.CharField(required=False, label=_('Quick search'))
    type = forms.ChoiceField(required=False, label=_('Type'))
    tag = DynamicModelMultipleChoiceField(
        queryset=Tag.objects.all(), required=False, to_field_name='slug', label=_('Tags')
    )

    def __init__(self, data, types: list[tuple[str, str]]):
        """`types` are the (slug, label) pairs to choose from."""
        super().__init__(data)
        self.fields['type'].choices = [('', _('All types')), *types]
        self.fields['q'].widget.attrs['placeholder'] = _('Quick search')
        self.fields['tag'].widget.attrs['placeholder'] = _('Tags')
