"""
Pages of the gallery: all models as cards, and each with its types and fields, which installs it.

May import schema.
"""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.signals import clear_events
from netbox.object_actions import ObjectAction
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from ...constants import APP_LABEL
from ...exceptions import SchemaLocked
from ...field_types import FIELD_TYPES
from ...forms.documents import InstallModelForm
from ...models import CustomObjectType
from ...runtime import extensions
from ...schema.comparator import compare
from ...schema.errors import InvalidDocument
from ...schema.gallery.catalog import GalleryModel, UnknownModel, find_model, gallery_models
from ...schema.gallery.install import install, other_types, preview
from ...schema.gallery.outcome import what_is_not_there, what_was_done, what_was_kept
from ...schema.gallery.rows import may_load_rows
from ...schema.type_map import definitions_of, everything, type_map
from .page import DocumentPage

# What the deletion of a target does, where it does more than clear the field.
ON_DELETE_RULES = {'cascade': gettext_lazy('Cascade'), 'protect': gettext_lazy('Protect')}


class Gallery(ObjectAction):
    """Leads to the gallery."""

    name = 'gallery'
    label = gettext_lazy('Gallery')
    permissions_required = frozenset(('view',))
    icon = 'mdi-view-grid-outline'


@register_model_view(CustomObjectType, 'gallery', path='gallery', detail=False)
class GalleryView(ObjectPermissionRequiredMixin, View):
    """All models, as cards."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

    def get(self, request):
        there = set(self.queryset.values_list('slug', 'name'))
        cards = [
            {
                'model': model,
                'url': address(model),
                'picture': picture(model),
                'is_installed': all((entry['slug'], entry['name']) in there for entry in model.document['types']),
            }
            for model in gallery_models()
        ]
        return render(request, 'netbox_custom_objects/gallery/list.html', {'cards': cards})


@register_model_view(CustomObjectType, 'gallery_model', path='gallery/<slug:name>', detail=False)
class GalleryModelView(DocumentPage):
    """One model: what it holds, what installing it would do, and installing it."""

    template = 'netbox_custom_objects/gallery/model.html'
    preview_template = 'netbox_custom_objects/gallery/preview.html'
    branch_message = gettext_lazy('The branch is being made; the model is installed there by a job.')

    def get(self, request, name):
        return self._page(self._model(name), InstallModelForm())

    def post(self, request, name):
        model = self._model(name)
        form = InstallModelForm(request.POST)
        if '_preview' in request.POST:
            return self._preview(model, form)
        try:
            answer = self.carry_out(model, form)
        except InvalidDocument as error:
            return self._page(model, form, error.faults)
        if answer is not None:
            return answer
        # What is there and differs is overwritten by the preview's form only.
        return self._preview(model, form) if self._comparison(model).moved else self._page(model, form)

    @staticmethod
    def _model(name: str) -> GalleryModel:
        try:
            return find_model(name)
        except UnknownModel as error:
            raise Http404(str(error)) from error

    def _comparison(self, model: GalleryModel):
        return compare(model.document, self.request.user)

    def _page(self, model: GalleryModel, form: InstallModelForm, faults=()):
        # Of what was undone, no events are sent when the request ends.
        clear_events.send(sender=self)
        comparison, data = self._comparison(model), map_of(model)
        context = {
            'model': model,
            'form': form,
            'faults': faults or [*comparison.faults, *other_types(comparison)],
            'types': list(described_types(model, comparison, data)),
            'map': data,
            'installed': [diff.stored for diff in comparison.diffs if diff.stored is not None],
            'differs': comparison.has_changes,
            'moved': comparison.moved,
            'can_branch': self.can_branch(),
            'missing_rights': self.missing_rights(comparison),
            'can_load': may_load_rows(comparison, self.request.user),
        }
        return render(self.request, self.template, context)

    def _preview(self, model: GalleryModel, form: InstallModelForm):
        try:
            found = preview(model, self.request.user)
        except SchemaLocked as error:
            form.add_error(None, str(error))
            return self._page(model, form)
        can_load = may_load_rows(found.comparison, self.request.user)
        return self.show_preview(found, form, model=model, can_load=can_load, again_url=address(model))

    def apply(self, subject, form):
        found = install(subject, user=self.request.user, **_options(form))
        messages.success(self.request, what_was_done(found))
        for message in (*what_is_not_there(found), *what_was_kept(found)):
            messages.warning(self.request, message)
        return redirect(address(subject))

    def apply_in_new_branch(self, subject, name, form):
        return extensions.install_in_new_branch(name, subject.name, self.request.user, _options(form))


def address(model: GalleryModel) -> str:
    return reverse(f'plugins:{APP_LABEL}:customobjecttype_gallery_model', kwargs={'name': model.name})


def _options(form: InstallModelForm) -> dict:
    return {name: form.cleaned_data[name] for name in ('with_rows', 'ignore_base')}


def map_of(model: GalleryModel) -> dict[str, list]:
    """Return the map of a model, whose types lead to their tables on the page."""
    definitions = definitions_of(model.document)
    return type_map(definitions, everything(definitions), url_of=lambda found: f'#{found.slug}')


def picture(model: GalleryModel) -> dict[str, list]:
    """Return what a small picture of the map shows: types, and which refers to which."""
    data = map_of(model)
    keys = {entry['key'] for entry in data['types']}
    return {
        'types': [{**entry, 'url': '', 'fields': []} for entry in data['types']],
        'models': [],
        'references': [entry for entry in data['references'] if entry['to'] in keys],
    }


def described_types(model: GalleryModel, comparison, data: dict[str, list]) -> Iterator[dict]:
    """Yield what the page shows of each type: names, fields with the labels of their types, number of objects."""
    names = {f'custom-objects/{entry["slug"]}': entry['verbose_name'] for entry in model.document['types']}
    names |= {entry['key'].replace('.', '/'): entry['label'] for entry in data['models']}
    for diff, entry in zip(comparison.diffs, model.document['types']):
        yield {
            'entry': entry,
            'stored': diff.stored,
            'differs': diff.has_changes,
            'row_count': len(model.rows.get(entry['slug'], ())),
            'fields': [
                {
                    'entry': field,
                    'type': FIELD_TYPES[field['type']],
                    'targets': _targets(field, names),
                    'rules': list(_rules(field)),
                }
                for field in sorted(entry['fields'], key=lambda field: field.get('weight', 100))
            ],
        }


def _targets(field: dict, names: dict[str, str]) -> list[str]:
    """Return the names of what a field refers to."""
    targets = field.get('related_object_types') or [field.get('related_object_type')]
    return [names.get(target, target) for target in targets if target]


def _rules(field: dict) -> Iterator[str]:
    for name, label in (('primary', _('Primary')), ('required', _('Required')), ('unique', _('Unique'))):
        if field.get(name):
            yield label
    if field.get('on_delete_behavior') in ON_DELETE_RULES:
        yield str(ON_DELETE_RULES[field['on_delete_behavior']])
