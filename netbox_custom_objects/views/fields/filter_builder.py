"""
The related object filter of a reference as rows of inputs, and how many objects it finds, while it is filled in.

May import forms. Nothing is saved: the page writes what the rows hold into the text that the form stores.
"""

from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _

from netbox.views.generic.base import BaseMultiObjectView
from utilities.permissions import get_permission_for_model
from utilities.views import get_action_url, register_model_view

from ...constants import APP_LABEL
from ...field_types import FIELD_TYPES, field_type_named
from ...field_types.shared.bounds import whole_number
from ...field_types.shared.limits import as_list, faults_of, filterset_of, name_in, names_in, query_of
from ...forms.design.rows import FIELDS, keys_of
from ...forms.fields import targets
from ...forms.filter_builder import FilterBuilder
from ...forms.values import FilterInput
from ...models import CustomObjectType, CustomObjectTypeField

# Each is looked up; fields refer to a few.
MOST_TARGETS = 50


@register_model_view(CustomObjectTypeField, 'filter_builder', path='filter-builder', detail=False)
class FilterBuilderView(BaseMultiObjectView):
    """
    Answers the inputs of a form with the rows of one of its filters, one more row, or what the filter finds.

    The address names the targets (`target=dcim.site`), the type that the field belongs to (`type`), and the input of
    the filter (`name`). With `summary`, the answer is what the filter finds; with `filter-add` in the body, one row.
    """

    queryset = CustomObjectTypeField.objects.all()

    def has_permission(self):
        allowed = (
            get_permission_for_model(model, action)
            for model in (CustomObjectType, CustomObjectTypeField)
            for action in ('add', 'change')
        )
        return any(map(self.request.user.has_perm, allowed))

    def post(self, request):
        name = request.GET.get('name', '')
        models = list(_models(request.GET.getlist('target')[:MOST_TARGETS]))
        try:
            limit = FilterInput().clean(request.POST.get(name, '')) or {}
        except ValidationError as error:
            if 'summary' in request.GET:
                return render(request, f'{APP_LABEL}/inc/filter_summary.html', {'faults': error.messages})
            limit = {}
        if 'summary' in request.GET:
            return render(request, f'{APP_LABEL}/inc/filter_summary.html', _summary(models, limit, request.user))
        builder = FilterBuilder(models, request.user)
        context = {'sources': sorted(_sources(request, name))}
        if wanted := next(filter(None, request.POST.getlist('filter-add')), ''):
            if wanted not in builder.names:
                return HttpResponseBadRequest()
            return render(request, f'{APP_LABEL}/inc/filter_row.html', {**context, 'row': builder.row(wanted)})
        context |= {
            'rows': list(builder.rows(limit)),
            'choices': builder.choices(),
            'url': request.get_full_path(),
            'input_id': f'id_{name}',
        }
        return render(request, f'{APP_LABEL}/inc/filter_builder.html', context)


def _models(labels: Sequence[str]) -> Iterator[type]:
    """Yield the classes of targets; those that a field could not be given by this user are not found."""
    offered = targets(None)
    for label in labels:
        app_label, _dot, model_name = label.partition('.')
        found = offered.filter(app_label=app_label, model=model_name).first() if '\x00' not in label else None
        model = None if found is None else found.model_class()
        if model is None:
            raise Http404
        yield model


def _summary(models: Sequence[type], limit: dict, user) -> dict:
    """Return what is wrong with a filter, or how many objects it finds of those that the user may view."""
    faults = list(dict.fromkeys(message for model in models for message in faults_of(model, limit)))
    if faults or not limit:
        return {'faults': faults}
    # What depends on the object is known once there is one.
    static = {key: value for key, value in limit.items() if not any(map(name_in, as_list(value)))}
    return {'counts': [_count(model, static, user) for model in models], 'sources': sorted(names_in(limit))}


def _count(model: type, parameters: dict, user) -> dict[str, str]:
    objects, query = model._default_manager.all(), query_of(parameters)
    if hasattr(objects, 'restrict'):
        objects = objects.restrict(user, 'view')
    filterset_class = filterset_of(model)
    number = (objects if filterset_class is None else filterset_class(query, objects).qs).count()
    name = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
    url = get_action_url(model, action='list')
    return {
        'text': _('{count} {objects} found').format(count=number, objects=name),
        'url': f'{url}?{query.urlencode()}' if query else url,
    }


def _sources(request, name: str) -> Iterator[str]:
    """Yield the fields of the same object whose values a filter can take: of the design, or of the stored type."""
    own = request.POST.get(f'{name.removesuffix("related_object_filter")}name')
    keys = keys_of(FIELDS, request.POST)
    if keys:
        parts = 'name', 'type', 'is_polymorphic'
        rows = [[request.POST.get(f'{key}-{part}') for part in parts] for key in keys]
    else:
        stored = CustomObjectTypeField.objects.filter(custom_object_type=whole_number(request.GET.get('type', '')))
        rows = stored.restrict(request.user, 'view').values_list('name', 'type', 'is_polymorphic')
    for other, kind, is_polymorphic in rows:
        known = kind in FIELD_TYPES and field_type_named(kind, bool(is_polymorphic)).limits_others
        if other and other != own and known:
            yield other
