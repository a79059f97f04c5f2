"""Grants rights to the objects of a type, in one step."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext_lazy as _

from users.models import Group, ObjectPermission, User
from utilities.exceptions import PermissionsViolation
from utilities.forms.fields import DynamicModelMultipleChoiceField
from utilities.forms.rendering import FieldSet

from ..models import CustomObjectType

ACTIONS = ('view', 'add', 'change', 'delete')
NAME_LENGTH = 100


class GrantForm(forms.Form):
    """Asks to whom which actions on all objects of a type are granted."""

    groups = DynamicModelMultipleChoiceField(queryset=Group.objects.all(), required=False, label=_('Groups'))
    users = DynamicModelMultipleChoiceField(queryset=User.objects.all(), required=False, label=_('Users'))
    view = forms.BooleanField(required=False, initial=True, label=_('View'))
    add = forms.BooleanField(required=False, label=_('Add'))
    change = forms.BooleanField(required=False, label=_('Change'))
    delete = forms.BooleanField(required=False, label=_('Delete'))

    fieldsets = (FieldSet('groups', 'users', name=_('To whom')), FieldSet(*ACTIONS, name=_('Which actions')))

    def clean(self):
        super().clean()
        if not self.errors and not (self.cleaned_data['groups'] or self.cleaned_data['users']):
            raise ValidationError(_('Select at least one group or user.'))
        if not self.errors and not self.actions:
            raise ValidationError(_('Select at least one action.'))
        return self.cleaned_data

    @property
    def actions(self) -> list[str]:
        return [action for action in ACTIONS if self.cleaned_data[action]]

    def save(self, custom_object_type: CustomObjectType, user) -> ObjectPermission:
        """
        Create the permission, in the name of a user.

        Raises:
            PermissionsViolation: a constraint of the user's own permissions does not hold for it
        """
        actions = self.actions
        name = f'{custom_object_type.title_case_name_plural}: {", ".join(actions)}'
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            permission = ObjectPermission(name=name[:NAME_LENGTH], actions=actions)
            permission.full_clean()
            permission.save()
            permission.object_types.set([custom_object_type.object_type_id])
            permission.users.set(self.cleaned_data['users'])
            permission.groups.set(self.cleaned_data['groups'])
            if not ObjectPermission.objects.restrict(user, 'add').filter(pk=permission.pk).exists():
                raise PermissionsViolation
        return permission
