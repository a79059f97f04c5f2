"""What other plugins register for one type, or for all: it is on the pages of those types and on no others."""

import gc
from unittest import mock

import django_tables2 as tables
import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.db.models.signals import pre_delete, pre_save
from django.http import HttpResponse
from django.views.generic import View

from core.models import ObjectType
from dcim.filtersets import SiteFilterSet
from dcim.models import Site
from dcim.tables import SiteTable
from ipam.models import VLANGroup
from netbox.plugins import PluginTemplateExtension
from netbox.plugins.registration import register_template_extensions
from netbox.registry import registry
from netbox.search import SearchIndex
from netbox.views import generic
from utilities.exceptions import AbortRequest
from utilities.tables import register_table_column
from utilities.views import ViewTab, register_model_view

from netbox_custom_objects.models import CustomObject
from netbox_custom_objects.models.objects import ADDED
from netbox_custom_objects.models.registered import Registered
from netbox_custom_objects.tables import CustomObjectTable, CustomObjectTypeTable, get_table_class
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.ui import Browser

APP = 'netbox_custom_objects'


@pytest.fixture(autouse=True)
def registries(db):
    """Forget after the test what it has registered; that the process knows its types must stay."""
    stores = registry['views'][APP], registry['plugins']['template_extensions']
    before = [{label: own(entries).copy() for label, entries in store.items()} for store in stores]
    of_all = registry['tables'].get(CustomObjectTable, {}).copy()
    with (
        mock.patch.dict(registry['filtersets']),
        mock.patch.dict(registry['search']),
        mock.patch.dict(registry['tables'], {CustomObjectTable: of_all}),
    ):
        yield
    for store, held in zip(stores, before, strict=True):
        for label, entries in store.items():
            own(entries)[:] = held.get(label, [])


def own(entries):
    return entries.own if isinstance(entries, Registered) else entries


@pytest.fixture
def cats():
    return make_type('cat', slug='cats', fields=[{'name': 'title', 'primary': True}])


@pytest.fixture
def dogs():
    return make_type('dog', slug='dogs', fields=[{'name': 'title', 'primary': True}])


def tab(label, queryset=None):
    """Return the class of a view with a tab, which shows the object and what its type is called."""

    class TabView(generic.ObjectView):
        template_name = 'generic/object.html'

        def get_extra_context(self, request, instance):
            return {'title': f'{label} of {instance}'}

        def get(self, request, **kwargs):
            super().get(request, **kwargs)
            instance = self.get_object(**kwargs)
            return HttpResponse(f'{label} of {instance} by {self.queryset.model._meta.verbose_name}')

    TabView.tab = ViewTab(label=label)
    TabView.queryset = queryset
    return TabView


def panel(text, *labels):
    class Panel(PluginTemplateExtension):
        models = labels

        def right_page(self):
            return f'<p>{text} of {self.context["object"]}</p>'

        def list_buttons(self):
            return f'<p>{text} of the list</p>'

    return Panel


def test_a_tab_of_one_type(browser, cats, dogs):
    model = cats.get_model()
    register_model_view(model, 'naps', path='long-naps')(tab('Naps', model.objects.all()))
    tom, rex = make_object(cats, title='Tom'), make_object(dogs, title='Rex')
    site = Site.objects.create(name='S', slug='s')
    assert f'href="/plugins/custom-objects/cats/{tom.pk}/long-naps/"' in browser.get(f'cats/{tom.pk}/')
    assert browser.get(f'cats/{tom.pk}/long-naps/') == 'Naps of Tom by Cat'
    for path in (f'dogs/{rex.pk}/', site.get_absolute_url(), f'custom-object-types/{cats.pk}/'):
        assert 'long-naps' not in browser.get(path)
    for path in (f'dogs/{rex.pk}/long-naps/', f'cats/{tom.pk + 1}/long-naps/', 'cats/long-naps/', 'x/1/long-naps/'):
        browser.get(path, expect=404)


def test_a_tab_of_all_types_and_of_those_made_later(browser, cats):
    tom = make_object(cats, title='Tom')
    register_model_view(CustomObject, 'files')(tab('Files'))
    rex = make_object(make_type('dog', slug='dogs', fields=[{'name': 'title', 'primary': True}]), title='R')
    assert f'href="/plugins/custom-objects/cats/{tom.pk}/files/"' in browser.get(f'cats/{tom.pk}/')
    assert f'href="/plugins/custom-objects/dogs/{rex.pk}/files/"' in browser.get(f'dogs/{rex.pk}/')
    assert browser.get(f'cats/{tom.pk}/files/') == 'Files of Tom by Cat'
    assert browser.get(f'dogs/{rex.pk}/files/') == 'Files of R by Dog'
    assert '/files/' not in browser.get(Site.objects.create(name='S', slug='s').get_absolute_url())


def test_a_view_sees_the_type_as_it_is_now(browser, cats):
    """The class that a plugin has kept is older than the field, and older than the name."""
    model = cats.get_model()
    register_model_view(model, 'naps')(tab('Naps', model.objects.all()))
    make_field(cats, 'sound')
    cats.refresh_from_db()
    cats.slug, cats.verbose_name = 'tigers', 'Tiger'
    cats.save()
    tom = make_object(cats, title='Tom', sound='miau')
    assert f'href="/plugins/custom-objects/tigers/{tom.pk}/naps/"' in browser.get(f'tigers/{tom.pk}/')
    assert browser.get(f'tigers/{tom.pk}/naps/') == 'Naps of Tom by Tiger'
    browser.get(f'cats/{tom.pk}/naps/', expect=404)


def test_views_of_lists_and_with_arguments(browser, cats):
    class Numbered(View):
        def get(self, request, number, pk=None):
            return HttpResponse(f'{number} of {pk}')

    register_model_view(CustomObject, 'numbered', path='numbers/<int:number>')(Numbered)
    register_model_view(cats.get_model(), 'all_numbered', path='numbers/<int:number>', detail=False)(Numbered)
    tom = make_object(cats, title='Tom')
    assert browser.get(f'cats/{tom.pk}/numbers/7/') == f'7 of {tom.pk}'
    assert browser.get('cats/numbers/8/') == '8 of None'
    assert tom._get_action_url('numbered', kwargs={'pk': tom.pk, 'number': 7}).endswith(f'/cats/{tom.pk}/numbers/7/')
    assert tom._get_action_url('all_numbered', kwargs={'number': 8}).endswith('/cats/numbers/8/')
    browser.get(f'cats/{tom.pk}/numbers/x/', expect=404)


def test_visitors_do_not_learn_which_types_exist(cats):
    for slug in ('cats', 'nothing'):
        browser = Browser()
        browser.get(f'{slug}/1/naps/', expect=302)
        assert browser.response.url.startswith('/login/')


def test_what_users_may_not_view_is_not_found(cats):
    model = cats.get_model()
    register_model_view(model, 'naps')(tab('Naps', model.objects.all()))
    tom = make_object(cats, title='Tom')
    assert Browser(make_user('a', (cats, ['view'], None))).get(f'cats/{tom.pk}/naps/') == 'Naps of Tom by Cat'
    Browser(make_user('b', (cats, ['view'], {'title': 'Tim'}))).get(f'cats/{tom.pk}/naps/', expect=404)
    Browser(make_user('c')).get(f'cats/{tom.pk}/naps/', expect=404)


def test_panels_of_one_type_and_of_all(browser, cats, dogs):
    label = cats.get_model()._meta.label_lower
    register_template_extensions([panel('Naps', label), panel('Files', f'{APP}.customobject')])
    tom, rex = make_object(cats, title='Tom'), make_object(dogs, title='Rex')
    lynx = make_object(make_type('lynx', fields=[{'name': 'title', 'primary': True}]), title='Lin')
    shown = {obj: browser.get(obj.get_absolute_url()) for obj in (tom, rex, lynx)}
    assert [f'Files of {obj}' in page for obj, page in shown.items()] == [True, True, True]
    assert [f'Naps of {obj}' in page for obj, page in shown.items()] == [True, False, False]
    assert 'Naps of the list' in browser.get('cats/')
    assert 'Naps of the list' not in browser.get('dogs/')
    site = browser.get(Site.objects.create(name='S', slug='s').get_absolute_url())
    assert 'Naps of' not in site
    assert 'Files of' not in site


def test_a_panel_that_is_registered_for_each_type_as_well_is_shown_once(browser, cats):
    register_template_extensions([panel('Files', f'{APP}.customobject', cats.get_model()._meta.label_lower)])
    assert browser.get(make_object(cats, title='Tom').get_absolute_url()).count('Files of Tom') == 1


def test_what_was_registered_before_the_type_was_known_is_kept(browser):
    """Registered by its name, as plugins do that start before this one."""
    pk = 990_001
    label = f'{APP}.table{pk}model'
    views = registry['views'][APP].setdefault(f'table{pk}model', [])
    views.append({'name': 'naps', 'view': tab('Naps'), 'path': 'naps', 'detail': True, 'kwargs': {}})
    register_template_extensions([panel('Files', label)])
    index = type('Index', (SearchIndex,), {'model': Site, 'fields': ()})
    registry['filtersets'][label], registry['search'][label] = SiteFilterSet, index
    cats = make_type('cat', slug='cats', id=pk, fields=[{'name': 'title', 'primary': True}])
    tom = make_object(cats, title='Tom')
    page = browser.get(f'cats/{tom.pk}/')
    assert f'/cats/{tom.pk}/naps/' in page
    assert f'/cats/{tom.pk}/changelog/' in page
    assert 'Files of Tom' in page
    assert (registry['filtersets'][label], registry['search'][label]) == (SiteFilterSet, index)


def test_no_list_is_shared_between_types(cats, dogs):
    cats.get_model(), dogs.get_model()
    of_cats, of_dogs = (registry['views'][APP][f'table{kind.pk}model'] for kind in (cats, dogs))
    names = [view['name'] for view in of_dogs]
    assert {'journal', 'changelog', 'contacts', 'configcontext', 'custom_objects'} <= set(names)
    of_cats.append({**of_cats[0], 'name': 'naps'})
    assert [view['name'] for view in of_cats] == [*names, 'naps']
    assert [view['name'] for view in of_dogs] == names
    del of_cats[-1]
    assert [view['name'] for view in of_cats] == names


def test_an_own_view_takes_the_place_of_one_of_all_types(browser, cats, dogs):
    register_model_view(cats.get_model(), 'files')(tab('Own files'))
    register_model_view(CustomObject, 'files')(tab('Files'))
    tom, rex = make_object(cats, title='Tom'), make_object(dogs, title='Rex')
    assert browser.get(f'cats/{tom.pk}/files/') == 'Own files of Tom by Cat'
    assert browser.get(f'dogs/{rex.pk}/files/') == 'Files of Rex by Dog'
    assert browser.get(f'cats/{tom.pk}/').count(f'/cats/{tom.pk}/files/') == 1


@pytest.mark.parametrize('of_all', [True, False])
def test_a_view_with_the_name_or_path_of_one_of_ours_does_not_replace_it(browser, cats, of_all):
    model = CustomObject if of_all else cats.get_model()
    for name, path in (('mine', 'edit'), ('delete', 'other'), ('changelog', None), ('journal', 'delete'), ('', '')):
        register_model_view(model, name, path=path)(tab(f'Mine {name}'))
    register_model_view(model, 'add', detail=False)(tab('Mine add'))
    tom = make_object(cats, title='Tom')
    for path in ('', 'edit/', 'delete/', 'changelog/', 'journal/'):
        page = browser.get(f'cats/{tom.pk}/{path}')
        assert ' of Tom by ' not in page
        assert '<html' in page
    assert 'name="title"' in browser.get('cats/add/')


def test_columns_of_one_type_and_of_all(browser, cats, dogs):
    naps, files = (tables.TemplateColumn(f'{{{{ record }}}} {name}', orderable=False) for name in ('naps', 'files'))
    register_table_column(naps, 'naps', get_table_class(cats.get_model()))
    register_table_column(files, 'files', CustomObjectTable)
    register_table_column(tables.TemplateColumn('shadow'), 'title', CustomObjectTable)
    make_field(cats, 'sound')  # which makes another class of the table
    make_object(cats, title='Tom'), make_object(dogs, title='Rex')
    of_cats, of_dogs = (get_table_class(kind.get_model())(kind.get_model().objects.all()) for kind in (cats, dogs))
    assert {'naps', 'files', 'sound'} <= set(of_cats.columns.names())
    assert 'naps' not in of_dogs.columns.names()
    for other in (SiteTable, CustomObjectTypeTable):
        assert not {'naps', 'files'} & set(other([]).columns.names())
    (cat,), (dog,) = of_cats.rows, of_dogs.rows
    shown = [cat.get_cell('naps'), cat.get_cell('files'), dog.get_cell('files'), cat.get_cell_value('title')]
    assert shown == ['Tom naps', 'Tom files', 'Rex files', 'Tom']
    browser.get('cats/')


def test_the_class_of_all_types(cats):
    """It is a model like others to plugins that look for some, and one that holds nothing and cannot be chosen."""
    found = apps.get_model(APP, 'customobject')
    assert issubclass(found, CustomObject)
    assert (found._meta.label_lower, found._meta.abstract) == ('netbox_custom_objects.customobject', False)
    assert not found.objects.exists()
    user = superuser()
    assert not found.objects.restrict(user).exists()
    object_type = ObjectType.objects.get(app_label=APP, model='customobject')
    assert object_type.model_class() is found
    assert (object_type.public, object_type.features) == (False, [])
    assert not ObjectType.objects.public().filter(pk=object_type.pk).exists()
    assert found not in apps.get_models()
    rest = Rest(user)
    body = {'custom_object_type': cats.pk, 'name': 'any', 'type': 'object', 'app_label': APP, 'model': 'customobject'}
    rest.post('custom-object-type-fields/', body, expect=400)


def test_receivers_of_one_type_and_of_all(cats, dogs):
    """Classes are other ones after each edit: receivers are called for all of them, each once."""
    calls = []

    def receiver(name):
        return lambda sender, instance, **kwargs: calls.append((name, str(instance)))

    of_cats, of_all, of_base, of_any, of_both = map(receiver, ('cats', 'all', 'base', 'any', 'both'))
    connected = [
        (of_cats, cats.get_model()),
        (of_all, apps.get_model(APP, 'customobject')),
        (of_base, CustomObject),
        (of_any, None),
        (of_both, cats.get_model()),
        (of_both, dogs.get_model()),
        (of_both, apps.get_model(APP, 'customobject')),
    ]
    for function, sender in connected:
        pre_delete.connect(function, sender=sender)
    try:
        make_field(cats, 'sound')
        gc.collect()
        tom, rex = make_object(cats, title='Tom'), make_object(dogs, title='Rex')
        tom.delete()
        assert sorted(calls) == [(name, 'Tom') for name in ('all', 'any', 'base', 'both', 'cats')]
        calls.clear()
        dogs.get_model().objects.all().delete()
        assert sorted(calls) == [(name, 'Rex') for name in ('all', 'any', 'base', 'both')]
        assert rex.pk
    finally:
        for function, sender in connected:
            pre_delete.disconnect(function, sender=sender)


def test_a_receiver_refuses_a_change(cats):
    """As one of NetBox's own models does: the request ends with what it raises, and nothing is stored."""

    def refuse(sender, **kwargs):
        raise AbortRequest('Not now.')

    rest, path = Rest(superuser()), f'cats/{make_object(cats, title="Tom").pk}/'
    for signal, change in (
        (pre_save, lambda: rest.patch(path, {'title': 'Tim'}, expect=400)),
        (pre_delete, lambda: rest.delete(path, expect=400)),
    ):
        signal.connect(refuse, sender=CustomObject)
        try:
            assert change() == {'detail': 'Not now.'}
        finally:
            signal.disconnect(refuse, sender=CustomObject)
        assert rest.get(path)['title'] == 'Tom'
    assert rest.patch(path, {'title': 'Tim'})['title'] == 'Tim'


@pytest.mark.parametrize('of_all', [True, False])
def test_generic_relations_take_records_along(of_all):
    """Declared before classes are made, as plugins do while they start; what has none stays, as with NetBox's own."""
    with mock.patch.object(apps, 'ready', False):
        model = CustomObject if of_all else apps.get_model(APP, 'table990002model')
    relation = GenericRelation('ipam.VLANGroup', object_id_field='scope_id', content_type_field='scope_type')
    model.add_to_class('vlan_groups', relation)
    try:
        kind = make_type('cat', id=990_002, fields=[{'name': 'title', 'primary': True}])
        make_field(kind, 'sound')
        tom, tim = (make_object(kind, title=title) for title in ('Tom', 'Tim'))
        for obj in (tom, tim):
            VLANGroup.objects.create(name=obj.title, slug=obj.title.lower(), scope=obj)
        assert [group.name for group in tom.vlan_groups.all()] == ['Tom']
        tom.delete()
        assert [group.name for group in VLANGroup.objects.all()] == ['Tim']
        kind.delete()
        assert not VLANGroup.objects.exists()
    finally:
        ADDED.clear()
        CustomObject._meta.private_fields = [f for f in CustomObject._meta.private_fields if f.name != 'vlan_groups']
        model._meta._expire_cache()
        if of_all:
            del CustomObject.vlan_groups
