"""Values that forms suggest for a text field: those that other objects have, as far as the user may view them."""

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.db.models.functions import Length
from django.http import Http404
from django.shortcuts import render
from django.views.generic import View

from utilities.views import ConditionalLoginRequiredMixin, register_model_view

from ...constants import APP_LABEL
from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.json import validate_storable
from ...models import CustomObjectTypeField
from ...runtime.classes.registry import world
from ...runtime.rights import has_right

# How many objects are looked at, the newest ones, so that a table of any size is answered in the same time; how many
# values are suggested, and how long these can be.
LOOKED_AT, SHOWN, LONGEST = 5000, 20, 200


@register_model_view(CustomObjectTypeField, 'suggestions')
class SuggestionsView(ConditionalLoginRequiredMixin, View):
    """Answers what has been typed, under the name of the field, with options of a datalist."""

    def get(self, request, pk):
        model, field = self._find(pk)
        values = suggested_values(model, field, request.user, request.GET.get(field.name, ''))
        return render(request, f'{APP_LABEL}/inc/suggestions.html', {'values': values})

    def _find(self, pk: int) -> tuple[type, FieldDefinition]:
        type_id = CustomObjectTypeField.objects.filter(pk=pk).values_list('custom_object_type_id', flat=True).first()
        definition = world().definition(type_id)
        if definition is None or not has_right(self.request.user, definition):
            raise Http404
        model = world().model(type_id)
        for field in definition.fields:
            suggests = field.suggest_values and field_type_of(field).suggestions_allowed
            if field.id == pk and suggests and field_type_of(field).is_surfaced(field, model._payload_names):
                return model, field
        raise Http404


def suggested_values(model: type, field: FieldDefinition, user, text: str) -> list[str]:
    """
    Return values of a field that contain a text, the most frequent ones of the newest objects first.

    If the field is indexed, they are followed by values that begin with the text, of whichever object.

    Args:
        model: the class of the type
        field: the definition of the field
        user: only objects that this user may view count
        text: what has been typed so far, '' for nothing
    """
    try:
        validate_storable(text)
    except ValidationError:
        return []
    name = field.name
    # Names of fields are not in capitals.
    viewable = model.objects.restrict(user, 'view').alias(LENGTH=Length(name)).filter(LENGTH__range=(1, LONGEST))
    # By the key of the oldest of them, with which PostgreSQL can tell how few they are.
    oldest = model.objects.order_by('-pk').values_list('pk', flat=True)[LOOKED_AT - 1 : LOOKED_AT].first()
    newest = viewable if oldest is None else viewable.filter(pk__gte=oldest)
    found = _most_used(newest.filter(**{f'{name}__icontains': text}), name, SHOWN)
    if text and field.indexed and len(found) < SHOWN:
        others = viewable.exclude(**{f'{name}__in': found}).filter(**{f'{name}__istartswith': text})
        some = others.order_by().values('pk')[:LOOKED_AT]
        found += _most_used(model.objects.filter(pk__in=some), name, SHOWN - len(found))
    return found


def _most_used(objects, name: str, count: int) -> list[str]:
    used = objects.order_by().values(name).annotate(COUNT=Count('pk')).order_by('-COUNT', name)
    return [row[name] for row in used[:count]]
