"""
The tab "Custom Objects" of every object: which custom objects refer to it (contract, chapter 6).

One statement for the badge, and four for the rows of a page, however many types there are; see
`runtime.inbound.linked_objects`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from netbox.context import current_request
from netbox.object_actions import BulkDelete, BulkEdit
from netbox.views import generic
from utilities.permissions import get_permission_for_model
from utilities.views import ConditionalLoginRequiredMixin, ViewTab, get_default_template

from ..choices import UIEditableChoices
from ..definitions import TypeDefinition
from ..field_types import field_type_of
from ..field_types.polymorphic.keys import key_of, visible_keys
from ..filtersets import get_filterset_class
from ..forms.linked import LinkedObjectsFilterForm
from ..models.validation.reserved import PARAMETER_PREFIX
from ..runtime.classes.registry import world
from ..runtime.inbound.linked_objects import LinkedObjects, Source, objects_linked_to, sources_of
from ..runtime.reading.names import MAX_DEPTH, name_lookups, references, relation_lookups
from ..runtime.reading.prefetch import prefetch_relations
from ..tables import get_table_class
from ..tables.linked import FetchedRows, LinkedObjectsTable, LinkedRow
from .base import TypeFromURLMixin, page_of
from .objects.features import BASE_TEMPLATE, PassModelMixin

# Where a user's preferences hold the ids of the types whose objects the tab leaves out.
HIDDEN_TYPES = 'plugins.netbox_custom_objects.linked_objects.hidden_types'
COUNT = '_linked_objects_count'
# Filters by a field that is called as the parameter which chooses the type.
FIELD_TYPE = f'{PARAMETER_PREFIX}type'

# Beyond it, the badge says "10000+": no page of an object gets slower with the number of those that refer to it.
COUNTED_BY_BADGE = 10_000
# The page of an object counts as many in all, and at least so many of each field.
COUNTED_OF_EACH = 100


def count_linked(instance) -> int | str:
    """Return how many entries the tab has for the user of the current request; no query if nothing can refer to it."""
    if (counted := instance.__dict__.get(COUNT)) is not None:
        return counted  # the page of the tab itself knows already
    if not (request := current_request.get()):
        return 0
    counted = LinkedObjects(request.user, instance).count_to(COUNTED_BY_BADGE + 1)
    return counted if counted <= COUNTED_BY_BADGE else f'{COUNTED_BY_BADGE}+'


def addable(user, instance) -> Iterator[Source]:
    """Yield the fields by which a user may add an object that refers to another one; no query."""
    for source in sources_of(world(), instance):
        is_offered = source.field.input_mode == UIEditableChoices.YES and not source.definition.deprecated
        if is_offered and user.has_perm(get_permission_for_model(source.model, 'add')):
            yield source


def additions(user, instance, return_url: str) -> Iterator[tuple[Source, str]]:
    """Yield the same fields with the addresses of the forms."""
    for source in addable(user, instance):
        params = field_type_of(source.field).reference_initial(source.field, instance)
        yield source, f'{source.model._get_action_url("add")}?{urlencode({**params, "return_url": return_url})}'


@dataclass(frozen=True, slots=True)
class RelatedField:
    """A field by which objects refer to another one, as the page of that one shows it."""

    source: Source
    count: int
    has_more: bool
    url: str
    add_url: str


def related_fields(request, instance) -> list[RelatedField]:
    """Return the fields by which objects refer to one, with their numbers, or that the user may add one by."""
    linked = LinkedObjects(request.user, instance)
    limit = max(COUNTED_OF_EACH, COUNTED_BY_BADGE // max(1, len(linked.sources)))
    counts = linked.counts_to(limit + 1)
    if all(count <= limit for count in counts):
        setattr(instance, COUNT, sum(counts))
    forms = {source.field.id: url for source, url in additions(request.user, instance, request.get_full_path())}
    tab = instance._get_action_url('custom_objects', kwargs={'pk': instance.pk})
    return [
        RelatedField(
            source=source,
            count=min(count, limit),
            has_more=count > limit,
            url=f'{tab}?{urlencode({"type": source.definition.slug})}' if count else '',
            add_url=forms.get(source.field.id, ''),
        )
        for source, count in zip(linked.sources, counts, strict=True)
        if count or source.field.id in forms
    ]


@dataclass(frozen=True, slots=True)
class ListedType:
    """A type that has entries, as the menu of types shows it."""

    definition: TypeDefinition
    count: int
    is_hidden: bool


class LinkedRequest:
    """What the pages of the tab have in common: one request about one object."""

    def __init__(self, request, instance):
        self.request = request
        self.user = request.user
        self.instance = instance
        params = request.GET
        self.slugs = [slug for slug in params.getlist('type') if slug]
        self.tags = [slug for slug in params.getlist('tag') if slug]
        self.search = params.get('q', '').replace('\x00', '').strip()
        self.ordering = params.get('sort', '')
        self.hidden = frozenset(read_hidden_types(request.user))

    @cached_property
    def everything(self) -> LinkedObjects:
        """All entries, regardless of the request: the tab's badge and menu are about these."""
        return LinkedObjects(self.user, self.instance, ordering=self.ordering)

    @cached_property
    def listed(self) -> LinkedObjects:
        """The entries that the request asks for."""
        hidden = () if self.slugs else self.hidden
        if not (self.slugs or self.tags or self.search or hidden):
            return self.everything
        return LinkedObjects(
            self.user,
            self.instance,
            slugs=self.slugs,
            tags=self.tags,
            search=self.search,
            ordering=self.ordering,
            hidden=hidden,
        )

    @cached_property
    def types(self) -> list[ListedType]:
        """The types that have entries which the user may view, by name."""
        counts: dict[TypeDefinition, int] = {}
        for source, count in zip(self.everything.sources, self.everything.counts):
            counts[source.definition] = counts.get(source.definition, 0) + count
        found = [ListedType(definition, n, definition.id in self.hidden) for definition, n in counts.items() if n]
        return sorted(found, key=lambda listed: listed.definition.display_name_plural.lower())

    @property
    def single_type(self) -> type | None:
        """The class of the type that the request asks for, if it can refer to the object and may be viewed."""
        definition = world().find_slug(self.slugs[0]) if len(self.slugs) == 1 else None
        if definition is None:
            return None
        return next((s.model for s in self.everything.sources if s.definition.id == definition.id), None)

    def context(self) -> dict:
        """Return what the controls above both kinds of tables show."""
        setattr(self.instance, COUNT, self.everything.count())
        types = [(listed.definition.slug, listed.definition.display_name_plural) for listed in self.types]
        return {
            'filter': LinkedObjectsFilterForm(self.request.GET, types),
            'types': self.types,
            'selected': self.slugs,
            'hidden_entries': sum(listed.count for listed in self.types if listed.is_hidden and not self.slugs),
            'additions': [
                (f'{source.definition.display_name} ({source.field.display_label})', url)
                for source, url in additions(self.user, self.instance, self.request.get_full_path())
            ],
        }


class LinkedTab(ViewTab):
    """Is shown if there are entries, or if the user may add some."""

    def render(self, instance):
        found = super().render(instance)
        if found is not None or not (request := current_request.get()):
            return found
        may_add = next(addable(request.user, instance), None) is not None
        return {'label': self.label, 'badge': None, 'weight': self.weight} if may_add else None


class LinkedObjectsView(ConditionalLoginRequiredMixin, View):
    """A table of (object, field), with search, filters by type and tag, and sorting; of one type, its own table."""

    base_template = None
    tab = LinkedTab(label=_('Custom Objects'), badge=count_linked, hide_if_empty=True, weight=2000)

    def get(self, request, model, **kwargs):
        instance = get_object_or_404(model._default_manager.restrict(request.user, 'view'), **kwargs)
        linked = LinkedRequest(request, instance)
        base_template = self.base_template or get_default_template(model)
        if (child_model := linked.single_type) is not None:
            view = LinkedTypeView.as_view(
                queryset=model._default_manager.all(),
                child_model=child_model,
                base_template=base_template,
                tab=self.tab,
            )
            return view(request, **kwargs)
        shown = page_of(request, linked.listed)
        rows = FetchedRows(list(rows_of(list(shown['page'].object_list), request.user)))
        context = {
            'object': instance,
            'base_template': base_template,
            'tab': self.tab,
            'table': LinkedObjectsTable(rows, order_by=linked.ordering or 'type'),
            **shown,
            **linked.context(),
        }
        return render(request, 'netbox_custom_objects/linked_objects.html', context)

    def post(self, request, model, **kwargs):
        """Hide the objects of a type from this user's tabs, or show them again."""
        instance = get_object_or_404(model._default_manager.restrict(request.user, 'view'), **kwargs)
        action = 'hide' if 'hide' in request.POST else 'show'
        slug = request.POST.get(action)
        sources = LinkedObjects(request.user, instance).sources
        found = next((source.definition for source in sources if source.definition.slug == slug), None)
        if found is None or not hasattr(request.user, 'config'):
            raise Http404
        hidden = read_hidden_types(request.user) - {found.id}
        if action == 'hide':
            hidden.add(found.id)
        request.user.config.set(HIDDEN_TYPES, sorted(hidden), commit=True)
        return redirect(request.path)


class CustomObjectLinkedView(TypeFromURLMixin, PassModelMixin, LinkedObjectsView):
    """The tab of a custom object."""

    base_template = BASE_TEMPLATE


class BackToTab:
    """A bulk action that returns to the tab, and takes none of the tab's parameters for those of its own form."""

    @classmethod
    def get_context(cls, context, model):
        params = QueryDict(mutable=True)
        params['return_url'] = context['request'].get_full_path()
        return {'url_params': params}


class EditLinked(BackToTab, BulkEdit):
    """Edit selected objects."""


class DeleteLinked(BackToTab, BulkDelete):
    """Delete selected objects."""


class LinkedTypeView(generic.ObjectChildrenView):
    """The tab as it shows one type: with the columns, filters and bulk actions of that type."""

    actions = (EditLinked, DeleteLinked)
    template_name = 'netbox_custom_objects/linked_type.html'
    base_template = None
    # Set by the view that hands over.
    child_model = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.table = get_table_class(self.child_model)
        if self.child_model._definition.deprecated:
            self.actions = (DeleteLinked,)

    def filterset(self, data, queryset, request):
        """Filter by everything but the parameter that chose the type; a field of that name is `field_type` here."""
        build = get_filterset_class(self.child_model)
        data = data.copy()
        data.pop('type', None)
        if FIELD_TYPE not in build.base_filters and FIELD_TYPE in data:
            data.setlist('type', data.pop(FIELD_TYPE))
        return build(data, queryset, request=request)

    def get_children(self, request, parent):
        fields = [s.field for s in sources_of(world(), parent) if s.definition.id == self.child_model._type_id]
        return objects_linked_to(self.child_model, fields, parent).restrict(request.user, 'view')

    def get_extra_context(self, request, instance):
        linked = LinkedRequest(request, instance)
        return {
            'base_template': self.base_template,
            'definition': self.child_model._definition,
            'is_hidden': self.child_model._type_id in linked.hidden,
            **linked.context(),
        }


def read_hidden_types(user) -> set[int]:
    """Return the ids of the types whose objects a user's tabs leave out."""
    found = user.config.get(HIDDEN_TYPES) if hasattr(user, 'config') else None
    return {pk for pk in found if isinstance(pk, int)} if isinstance(found, list) else set()


def rows_of(entries: list, user):
    """Yield the table's rows for a page of entries, with all that they show."""
    fields = {source.field for source, _obj in entries}
    prefetch_relations((obj for _source, obj in entries), lambda model: row_lookups(model, fields))
    rights = {
        model: [user.has_perm(get_permission_for_model(model, action)) for action in ('change', 'delete')]
        for model in {source.model for source, _obj in entries}
    }
    targets = [target for source, obj in entries for target in targets_of(source.field, obj)]
    visible = visible_keys(user, targets)
    for source, obj in entries:
        may_change, may_delete = rights[source.model]
        yield LinkedRow(
            type=source.definition,
            object=obj,
            field=source.field,
            value=[target for target in targets_of(source.field, obj) if key_of(target) in visible],
            may_change=may_change and not source.definition.deprecated,
            may_delete=may_delete,
        )


def targets_of(field, obj) -> list:
    """Return what an object refers to by a field."""
    value = field_type_of(field).get_display_value(obj, field)
    return [target for target in (value if isinstance(value, list) else [value]) if target is not None]


def row_lookups(model, fields) -> list[str]:
    """Return the relations that the rows of a type's objects read: tags, names, and what some fields refer to."""
    shown = [field for field in references(model) if field in fields]
    return ['tags', *name_lookups(model), *relation_lookups(model, shown, MAX_DEPTH)]
