"""Pages of custom objects that NetBox's features bring along: journal, change log, contacts."""

from extras.views import JournalEntryEditView
from netbox.views import generic

from .base import TypeFromURLMixin

BASE_TEMPLATE = 'netbox_custom_objects/customobject.html'


class PassModelMixin:
    """Hands the model on as an argument: NetBox's feature views get it from their URL pattern."""

    base_template = BASE_TEMPLATE

    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, model=self.model, **kwargs)


class CustomObjectJournalView(TypeFromURLMixin, PassModelMixin, generic.ObjectJournalView):
    """Journal entries of an object."""


class CustomObjectChangeLogView(TypeFromURLMixin, PassModelMixin, generic.ObjectChangeLogView):
    """Changes of an object."""


class CustomObjectContactsView(TypeFromURLMixin, PassModelMixin, generic.ObjectContactsView):
    """Contacts assigned to an object."""

    def get_extra_context(self, request, instance):
        return {'base_template': BASE_TEMPLATE}


class CustomJournalEntryEditView(JournalEntryEditView):
    """NetBox's own form under an address that others link to (contract, chapter 6)."""
