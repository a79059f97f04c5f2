"""The attributes of the type that is designed. May import the form of types."""

from django.utils.translation import gettext_lazy as _

from ..types import CustomObjectTypeForm
from .rows import DesignFormMixin

FIRST = (
    'verbose_name', 'verbose_name_plural', 'name', 'slug', 'group_name', 'display_expression', 'description',
)  # fmt: skip
MORE = ('version', 'tags', 'config_context_enabled', 'deprecated', 'deprecated_since', 'scheduled_removal', 'comments')


class DesignTypeForm(DesignFormMixin, CustomObjectTypeForm):
    """How the type is called comes first; the other names are proposed from that."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop('fields_of', None)
        if self.instance._state.adding:
            for name in ('deprecated', 'deprecated_since', 'scheduled_removal'):
                del self.fields[name]
        self.fields['verbose_name'].label = _('Name')
        self.fields['verbose_name'].help_text = _('What people call an object, such as BGP session')
        self.fields['verbose_name_plural'].label = _('Plural')
        self.fields['name'].label = _('Internal name')
        self.first = [self[name] for name in FIRST]
        # Custom fields of NetBox that types have are among the rest.
        more = (*MORE, *(name for name in self.fields if name not in (*FIRST, *MORE, 'changelog_message')))
        self.drawer = ((_('More about the type'), [self[name] for name in more if name in self.fields]),)
