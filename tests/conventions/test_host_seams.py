"""
Host seams: where we touch the insides of a host is listed in the documentation, and what is listed is still there.

A test that fails after an update of a host names the seam. Look it up in docs/architecture/host-seams.md.
"""

import inspect
import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connections
from django.db.models import Q
from django.db.models.fields.related_descriptors import create_forward_many_to_many_manager
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.template.loader import get_template
from django.utils.module_loading import import_string
from django.views.generic import View
from django_filters import CharFilter
from rest_framework import serializers

from core.models import ObjectChange
from core.signals import handle_deleted_object
from dcim.filtersets import SiteFilterSet
from dcim.models import Site
from extras.models import TaggedItem
from netbox.api.serializers import bulk
from netbox.context_managers import event_tracking
from netbox.filtersets import NetBoxModelFilterSet
from netbox.forms import NetBoxModelForm
from netbox.models.features import model_is_public
from netbox.registry import registry
from netbox.search.backends import SearchBackend
from netbox.views.generic import BulkRenameView
from netbox_branching.merge_strategies.squash import ActionType, CollapsedChange
from netbox_branching.models import Branch
from utilities.views import get_action_url

from dev.paths import PACKAGE, ROOT
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.forms.conditions import ROW
from netbox_custom_objects.models.proxies import CustomObjectObjectType
from netbox_custom_objects.models.receivers import FINDERS, path_of
from netbox_custom_objects.views.base import FORM
from netbox_custom_objects.views.delete_preview import BULK_MARKERS, SINGLE_MARKERS
from netbox_custom_objects.views.registration import register_type
from tests.conventions.touches import touches

PAGE = ROOT / 'docs' / 'architecture' / 'host-seams.md'
CODE = re.compile(r'`([^`]+)`')
WORD = re.compile(r'[A-Za-z_]\w*')
# Taken out with decisions that are given up.


@cache
def rows() -> tuple[tuple[tuple[str, ...], str, str], ...]:
    """Return the rows of all tables: (modules, what is touched, tests)."""
    found = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip('|').split(' | ')]
        if line.startswith('| `'):
            assert len(cells) == 5, f'not five columns: {line}'
            found.append((tuple(CODE.findall(cells[0])), cells[1], cells[4]))
    return tuple(found)


class TestPage:
    def test_lists_what_is_touched(self):
        listed = defaultdict(set)
        for names, touched, _tests in rows():
            for name in names:
                listed[name] |= set(WORD.findall(touched))
        unlisted = {
            module: sorted(name for name in found if not set(name.split('.')) <= listed[module])
            for module, found in touches().items()
        }
        unlisted = {module: names for module, names in unlisted.items() if names}
        assert not unlisted, f'docs/architecture/host-seams.md lacks {unlisted}'

    def test_names_modules_that_exist_and_touch_it(self):
        for names, touched, _tests in rows():
            words = {word for code in CODE.findall(touched) for word in WORD.findall(code)}
            for name in names:
                path = PACKAGE / name
                assert path.is_file(), f'docs/architecture/host-seams.md names {name}, which does not exist'
                there = not words or words & set(WORD.findall(path.read_text()))
                assert there, f'{name} no longer touches {touched}'

    def test_names_tests_that_exist(self):
        for names, touched, tests in rows():
            file, *functions = CODE.findall(tests)
            text = (ROOT / 'tests' / file).read_text()
            for function in functions:
                assert f'def {function}(' in text, f'{file} has no {function}, which pins {names}'
            if 'test_signatures' in functions:
                pinned = {part for path, found in SIGNATURES.items() for part in (path.rpartition('.')[2], *found)}
                assert pinned & set(WORD.findall(touched)), f'test_signatures pins nothing of {touched}'


# What we call, extend or override: names of parameters, by the class or module that has it.
SIGNATURES = {
    'netbox.tables.tables.BaseTable': {
        '_set_columns': 'self selected_columns',
        '_apply_prefetching': 'self columns',
    },
    'netbox.views.generic.ObjectDeleteView': {
        '_get_dependent_objects': 'self obj',
        '_handle_protected_objects': 'self obj protected_objects request exc',
    },
    'netbox.views.generic.BulkRenameView': {'_rename_objects': 'self form selected_objects field_names'},
    'netbox.views.generic.BulkEditView': {
        '_update_objects': 'self form request',
        'pre_save_operations': 'self form obj',
    },
    'netbox.views.generic.BulkImportView': {
        '_get_form_fields': 'self',
        '_process_import_records': 'self form request records prefetched_objects',
        '_compile_form_errors': 'self errors index prefix',
    },
    'netbox.api.viewsets.mixins.ObjectValidationMixin': {'_validate_objects': 'self instance'},
    'netbox.api.serializers.bulk': {'get_bulk_update_serializer_class': 'serializer_class partial'},
    'netbox.search.backends.SearchBackend': {'get_object_types': 'self'},
    'netbox.models.deletion.ConfirmCollector': {'collect': 'self objs source args kwargs'},
    'netbox.models.deletion.CustomCollector': {
        'collect': 'self objs source nullable collect_related source_attr reverse_dependency '
        'keep_parents fail_on_restricted',
    },
    'netbox.models.deletion': {'CountOnly': 'count'},
    'extras.querysets.ConfigContextModelQuerySet': {
        '_get_config_context_filters': 'self',
        'annotate_config_context_data': 'self only_invalidated',
    },
    'utilities.forms.fields.generic.GenericObjectChoiceField': {
        '_configure_object_field': 'self content_type object_value',
        '_resolve_subvalue': 'self form field_name suffix',
    },
    'utilities.forms.mixins.FilterModifierMixin': {
        '_verify_lookups_with_filterset': 'self field_name lookups filterset',
    },
    'core.api.schema.NetBoxAutoSchema': {
        '_get_response_bodies': 'self direction',
        '_get_serializer_name': 'self serializer direction bypass_extensions',
    },
    'core.api.schema.NetBoxDjangoFilterExtension': {
        'resolve_filter_field': 'self auto_schema model filterset_class field_name filter_field',
    },
    'drf_spectacular.openapi.AutoSchema': {
        '_map_serializer': 'self serializer direction bypass_extensions',
        '_map_serializer_field': 'self field direction bypass_extensions',
        '_insert_field_validators': 'self field schema',
        '_get_response_for_code': 'self serializer status_code media_types direction',
    },
    'drf_spectacular.contrib.django_filters.DjangoFilterExtension': {
        '_get_schema_from_model_field': 'self auto_schema filter_field model',
    },
    'django_filters.fields.ModelMultipleChoiceField': {'_check_values': 'self value'},
    'django.db.models.query.QuerySet': {
        '_raw_delete': 'self using',
        '_prefetch_related_objects': 'self',
        '_add_hints': 'self hints',
        '_next_is_sticky': 'self',
    },
    'django.db.models.options.Options': {'_expire_cache': 'self forward reverse'},
    'django.db.models.fields.related_descriptors': {'create_forward_many_to_many_manager': 'superclass rel reverse'},
    'netbox.api.serializers.features.TaggableModelSerializer': {'_save_tags': 'self instance tags'},
    'django.db.models.deletion.Collector': {
        'related_objects': 'self related_model related_fields objs',
        'instances_with_model': 'self',
    },
    'django.db.backends.base.schema.BaseDatabaseSchemaEditor': {
        '_create_index_name': 'self table_name column_names suffix',
    },
    'django.db.models.sql.query.Query': {
        'get_compiler': 'self using connection elide_empty',
        'sql_with_params': 'self',
        'is_empty': 'self',
    },
    'django.db.models.sql.compiler.SQLCompiler': {'get_converters': 'self expressions'},
    'django.forms.models.BaseModelForm': {'_update_errors': 'self errors'},
    'netbox.forms.NetBoxModelImportForm': {'_update_errors': 'self errors'},
    'django.apps.registry.Apps': {
        'register_model': 'self app_label model',
        'do_pending_operations': 'self model',
        'get_registered_model': 'self app_label model_name',
        'get_models': 'self include_auto_created include_swapped',
    },
    'django.utils.connection.BaseConnectionHandler': {'create_connection': 'self alias'},
    'netbox_branching.merge_strategies': {'get_merge_strategy': 'strategy_name'},
    'netbox_branching.merge_strategies.strategy.MergeStrategy': {
        'merge': 'self branch changes request logger user',
        '_update_dependent_objects': 'self pks_by_model logger',
    },
    'netbox_branching.models.Branch': {'register_preaction_check': 'func action'},
    'netbox_branching.utilities': {
        'register_branching_resolver': 'resolver',
        'register_objectchange_field_migrator': 'migrator',
        'is_job_abandoned': 'job grace_period',
    },
    'netbox_branching.models.changes.ObjectChange': {'apply': 'self branch using logger skip_missing'},
    'core.signals': {
        'clear_signal_history': 'sender kwargs',
        'handle_changed_object': 'sender instance kwargs',
    },
    'extras.events': {'enqueue_event': 'queue instance request event_type'},
    'django.dispatch.Signal': {'_live_receivers': 'self sender'},
}


def found_at(path: str):
    """Return what a dotted path leads to: a function, a class, or a method of one."""
    parts = path.split('.')
    for number in range(len(parts), 0, -1):
        try:
            found = import_module('.'.join(parts[:number]))
        except ModuleNotFoundError:
            continue
        for name in parts[number:]:
            found = getattr(found, name)
        return found
    raise AssertionError(f'There is no {path}')


@pytest.mark.parametrize('path', SIGNATURES)
def test_signatures(path):
    owner = found_at(path)
    for name, parameters in SIGNATURES[path].items():
        assert hasattr(owner, name), f'{path} has no {name} any more'
        found = ' '.join(inspect.signature(getattr(owner, name)).parameters)
        assert found == parameters, f'{name} of {path} has other parameters'


def lacking(obj, *names: str) -> list[str]:
    return [name for name in names if not hasattr(obj, name)]


class TestNetBox:
    def test_our_receivers_come_first(self):
        order = [key[0] for key, *_ in pre_delete.receivers]
        assert order.index(f'{APP_LABEL}.pre_delete') < order.index(id(handle_deleted_object))

    def test_receivers_that_look_for_something_are_there(self):
        receivers = [
            receiver
            for signal, sender in ((post_save, ObjectChange), (m2m_changed, TaggedItem))
            for receiver in signal._live_receivers(sender)[0]
        ]
        assert not FINDERS.keys() - set(map(path_of, receivers))

    def test_registry_has_the_stores(self):
        assert registry['filtersets']['dcim.site'] is SiteFilterSet
        assert registry['search']['dcim.site'].__name__ == 'SiteIndex'

    def test_views_and_filtersets_are_registered_by_name(self):
        type_id = 987_654_321
        register_type(type_id)
        name = f'table{type_id}model'
        registry['plugins']['template_extensions'].pop(f'{APP_LABEL}.{name}')
        tabs = {view['name']: view for view in registry['views'][APP_LABEL].pop(name)}
        assert tabs.keys() == {'contacts', 'journal', 'changelog', 'configcontext', 'custom_objects'}
        assert tabs['configcontext']['path'] == 'config-context'
        assert all(view['detail'] and issubclass(import_string(view['view']), View) for view in tabs.values())
        assert callable(registry['filtersets'].pop(f'{APP_LABEL}.{name}'))

    def test_search_keeps_its_object_types(self):
        backend = SearchBackend()
        backend._object_types = kept = (('', 'Anything'),)
        assert backend.get_object_types() is kept

    def test_models_are_asked_for_their_urls(self):
        asked = []
        model = SimpleNamespace(_get_action_url=lambda *args: asked.append(args))
        get_action_url(model, 'list', rest_api=True, kwargs={'pk': 1})
        assert asked == [('list', True, {'pk': 1})]

    def test_private_models_are_left_out(self):
        assert model_is_public(Site)
        assert not model_is_public(CustomObjectObjectType)

    def test_attributes_of_models(self):
        site = Site(name='a')
        assert not lacking(site, '_changelog_message', 'snapshot')
        assert not lacking(site._state, 'fields_cache', 'fetch_mode')
        assert '_prechange_snapshot' in inspect.getsource(type(site).snapshot)
        assert '_postchange_snapshot' in inspect.getsource(type(site).to_objectchange)

    def test_forms_note_links_that_are_about_to_be_saved(self):
        assert 'self.instance._m2m_values = {}' in inspect.getsource(NetBoxModelForm._post_clean)

    def test_query_cache_has_a_dict_for_each_name(self):
        assert 'query_cache.set(defaultdict(dict))' in inspect.getsource(event_tracking)

    def test_delete_pages_have_the_markers(self):
        dialog, bulk_page = (
            get_template(name).template.source.encode()
            for name in ('htmx/delete_form.html', 'generic/bulk_delete.html')
        )
        for page, markers in ((dialog, SINGLE_MARKERS), (bulk_page, BULK_MARKERS)):
            position = -1
            for marker in markers:
                position = page.find(marker, position + 1)
                assert position >= 0, f'A delete page lacks {marker.decode()}'
        assert len(FORM.findall(dialog)) == 1

    def test_rows_of_forms_can_be_replaced(self):
        row, group = (
            get_template(f'form_helpers/render_{name}.html').template.source for name in ('field', 'fieldset')
        )
        assert len(ROW.findall(row)) == 1
        assert group.split('<div class="')[1].startswith('field-group')
        assert "{% if row.layout == 'field' %}" in group

    def test_bulk_rename_needs_its_model_at_once(self):
        """If not, `CustomObjectBulkRenameView` need not go past its `__init__`."""
        with pytest.raises(AttributeError):
            BulkRenameView()

    def test_filtersets_query_for_custom_fields(self):
        """If not, our filtersets need not go past its `__init__`."""
        assert 'CustomField.objects' in inspect.getsource(NetBoxModelFilterSet.__init__)

    def test_bulk_serializers_are_cached(self):
        """If not, our serializers need not go past the cache."""
        assert not lacking(bulk.get_bulk_update_serializer_class, '__wrapped__', 'cache_info')


class TestBranching:
    def test_provisioning_marks_its_branch(self):
        source = inspect.getsource(Branch.provision)
        marks = 'Branch.objects.filter(pk=self.pk).update(status=BranchStatusChoices.{})'
        begun, failed = (source.find(marks.format(status)) for status in ('PROVISIONING', 'FAILED'))
        assert 0 < source.find('pre_provision.send') < begun < failed

    def test_collapsed_changes_have_these_attributes(self):
        change = CollapsedChange(('dcim.site', 1), Site)
        assert change.depends_on == change.depended_by == set()
        names = 'key', 'final_action', 'last_change', 'prechange_data', 'postchange_data', 'synthetic'
        assert not lacking(change, *names)
        assert ActionType('update') is ActionType.UPDATE


class TestDjango:
    def test_the_list_of_models_is_cached(self):
        assert not lacking(apps.get_models, 'cache_clear')

    def test_attributes_of_querysets(self):
        names = (
            '_result_cache', '_prefetch_done', '_prefetch_related_lookups', '_for_write', '_fetch_mode', '_hints',
            '_db', '_defer_next_filter',
        )  # fmt: skip
        assert not lacking(Site.objects.all(), *names)
        assert not lacking(Site.objects, '_db', '_hints')
        assert '_prefetched_objects_cache' in inspect.getsource(found_at('django.db.models.query'))

    def test_managers_of_links_have_these_methods(self):
        source = inspect.getsource(create_forward_many_to_many_manager)
        for method in ('_apply_rel_filters(self, queryset)', 'get_prefetch_querysets(self, instances, querysets=None)'):
            assert f'def {method}:' in source

    def test_attributes_of_queries(self):
        queryset = Site.objects.all()
        query = queryset.query
        assert not query.where
        assert Site.objects.filter(pk=1).query.where
        assert (query.is_sliced, queryset[:1].query.is_sliced) == (False, True)
        assert tuple(queryset.order_by('pk').query.order_by) == ('pk',)
        assert (query.is_empty(), queryset.none().query.is_empty()) == (False, True)

    def test_the_compiler_says_how_columns_are_selected(self):
        compiler = Site.objects.order_by().query.get_compiler(using='default')
        compiler.setup_query()
        assert [expression.target.attname for expression, _sql, _alias in compiler.select][:1] == ['id']
        assert compiler.annotation_col_map == {}
        assert not lacking(compiler, 'get_converters', 'as_sql')

    def test_conditions_take_a_connector(self):
        assert Q(('name', 'a'), ('name', 'b'), _connector=Q.OR) == Q(name='a') | Q(name='b')

    def test_attributes_of_connections(self):
        names = ('execute_wrappers', 'run_on_commit', 'savepoint_ids', 'atomic_blocks', 'in_atomic_block')
        assert not lacking(connections['default'], *names)


class TestLibraries:
    def test_rest_fields_keep_their_arguments(self):
        field = serializers.ChoiceField(('a',), required=False)
        assert (field._args, field._kwargs) == ((('a',),), {'required': False})
        found = type('Found', (serializers.Serializer,), {'name': field})
        assert list(found._declared_fields) == ['name']

    def test_filters_keep_their_labels(self):
        assert CharFilter(label='Name')._label == 'Name'
        assert CharFilter()._label is None
