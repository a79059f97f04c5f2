"""Pages of custom objects that NetBox's features bring along: journal, change log, contacts, config context."""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from extras.models import ConfigContext
from extras.views import JournalEntryEditView, ObjectConfigContextView
from netbox.views import generic
from utilities.views import ViewTab

from ...field_types.shared.bounds import whole_number
from ...models.config_contexts import Sources, sources_of
from ..base import TypeFromURLMixin

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


class CustomObjectConfigContextView(TypeFromURLMixin, ObjectConfigContextView):
    """The config context of an object, of types that have them."""

    base_template = BASE_TEMPLATE
    tab = ViewTab(label=_('Config Context'), visible=lambda obj: obj._definition.config_context_enabled, weight=2000)

    def bind(self, model):
        if not model._definition.config_context_enabled:
            raise Http404
        super().bind(model)

    def get_extra_context(self, request, instance):
        sources = sources_of(instance)
        found = super().get_extra_context(request, sources or Sources(instance, ()))
        return found if sources else {**found, 'source_contexts': ConfigContext.objects.none()}


class CustomJournalEntryEditView(JournalEntryEditView):
    """NetBox's own form under an address that others link to (contract, chapter 6)."""

    def post(self, request, *args, **kwargs):
        # NetBox's model fails without one, which its form does not insist on.
        pk = whole_number(request.POST.get('assigned_object_type', ''))
        if pk is None or not ContentType.objects.filter(pk=pk).exists():
            raise BadRequest(_('The object of the journal entry is missing.'))
        return super().post(request, *args, **kwargs)
