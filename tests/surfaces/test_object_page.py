"""The page and the form of an object: sections, related objects, ways to the type; and what inputs understand."""

import re
from datetime import timedelta

import pytest

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of
from tests.surfaces.view_cases import queries_of

PAGE = '/plugins/custom-objects/contract/{pk}/'


def make_contract():
    """A contract with three groups of fields, and invoices that refer to it by two fields."""
    make_sites()
    contract = make_type('contract', fields=[
        {'name': 'number', 'primary': True}, {'name': 'notes', 'type': 'longtext'},
        *({'name': f'money_{n}', 'type': 'decimal', 'group_name': 'Money', 'unit': '€'} for n in range(3)),
        *({'name': f'day_{n}', 'type': 'date', 'group_name': 'Time'} for n in range(3)),
        {'name': 'span', 'type': 'duration', 'group_name': 'Time'},
        {'name': 'ports', 'type': 'array', 'element_type': 'integer', 'group_name': 'Time'},
        {'name': 'words', 'type': 'array', 'element_type': 'text', 'group_name': 'Time'},
    ])  # fmt: skip
    invoice = make_type('invoice', fields=[
        {'name': 'number', 'primary': True}, {'name': 'contract', 'type': 'object', 'target': contract},
        {'name': 'others', 'type': 'multiobject', 'targets': [contract, Site], 'label': 'Also of'},
    ])  # fmt: skip
    first, second = make_object(contract, number='C1'), make_object(contract, number='C2')
    for number in range(3):
        make_object(invoice, number=f'R{number}', contract=first, others=[second])
    return {'contract': contract, 'invoice': invoice, 'first': first, 'second': second}


@pytest.fixture
@keeps(make_contract)
def scene(db):
    return kept_again()


def page_of(browser, obj):
    return browser.get(PAGE.format(pk=obj.pk))


class TestPage:
    def test_groups_are_in_two_columns(self, scene, browser):
        page = page_of(browser, scene['first'])
        columns = re.split(r'<div class="col-12 col-md">', page)[1:3]
        titles = [re.findall(r'<h2 class="card-header">\s*([^<]*?)\s*<', column) for column in columns]
        assert 'Contract' in titles[0]
        assert 'Time' in titles[1]
        assert 'Money' in titles[0] + titles[1]

    def test_related_objects_are_counted(self, scene, browser):
        shown = text_of(page_of(browser, scene['first']))
        assert 'Related Custom Objects' in shown
        assert re.search(r'Invoices \(Contract\) 3', shown)
        assert re.search(r'Invoices \(Also of\) 0', shown)
        assert re.search(r'Invoices \(Also of\) 3', text_of(page_of(browser, scene['second'])))
        link = re.search(r'href="([^"]*custom-objects/\?type=invoice)"', page_of(browser, scene['first']))
        assert text_of(browser.get(link[1])).count('R1') >= 1

    def test_only_what_the_user_may_view_or_add(self, scene):
        contract, invoice = scene['contract'], scene['invoice']
        view = (contract, ['view'], None)
        assert 'Related Custom Objects' not in page_of(Browser(make_user('none', view)), scene['first'])
        some = Browser(make_user('some', view, (invoice, ['view'], {'number': 'R1'})))
        assert re.search(r'Invoices \(Contract\) 1', text_of(page_of(some, scene['first'])))
        assert 'invoice/add/' not in page_of(some, scene['first'])
        adder = Browser(make_user('adder', view, (invoice, ['view', 'add'], None)))
        page = page_of(adder, scene['first'])
        assert f'invoice/add/?contract={scene["first"].pk}' in page

    def test_queries_do_not_grow(self, scene, browser):
        path = PAGE.format(pk=scene['first'].pk)
        few = queries_of(browser.client, path)
        for number in range(4):
            make_object(scene['invoice'], number=f'more {number}', contract=scene['first'], others=[scene['first']])
        assert queries_of(browser.client, path) == few

    def test_leads_to_the_type_and_its_design(self, scene, browser):
        contract = scene['contract']
        kind, design = f'custom-object-types/{contract.pk}/', f'custom-object-types/{contract.pk}/design/'
        for number, path in enumerate((PAGE.format(pk=scene['first'].pk), '/plugins/custom-objects/contract/')):
            page = browser.get(path)
            assert f'{design}"' in page
            assert 'Edit Design' in page
            reader = Browser(make_user(f'reader {number}', (contract, ['view'], None)))
            page = reader.get(path)
            assert kind not in page
            other = (CustomObjectType, ['view', 'change'], {'name': 'invoice'})
            assert kind not in Browser(make_user(f'other {number}', (contract, ['view'], None), other)).get(path)
            viewer = Browser(
                make_user(f'viewer {number}', (contract, ['view'], None), (CustomObjectType, ['view'], None))
            )
            page = viewer.get(path)
            assert f'{kind}"' in page
            assert 'Edit Design' not in page


class TestInputs:
    def test_long_text_has_a_preview(self, scene, browser):
        page = browser.get('contract/add/')
        assert 'notes-markdown-preview' in page
        assert 'Money 0 (€)' in text_of(page)

    @pytest.mark.parametrize(('text', 'expected'), [
        ('1d 2h', timedelta(days=1, hours=2)), ('90m', timedelta(minutes=90)), ('-2 weeks, 1 day', -timedelta(days=15)),
        ('1.5 hours', timedelta(minutes=90)), ('1d2h30m4.5s', timedelta(days=1, hours=2, minutes=30, seconds=4.5)),
        ('3 months', 'no fixed length'), ('1 year 2d', 'no fixed length'), ('2h 3h', 'each unit once'),
        ('1 fortnight', 'valid duration'), ('1:30:00', timedelta(minutes=90)), ('P1D', timedelta(days=1)),
    ])  # fmt: skip
    def test_durations_are_read_as_people_write_them(self, scene, browser, text, expected):
        is_valid = isinstance(expected, timedelta)
        browser.post('contract/add/', 302 if is_valid else 200, number='new', span=text)
        rest = Rest(browser.response.wsgi_request.user)
        answer = rest.post('contract/', {'number': 'rest', 'span': text}, 201 if is_valid else 400)
        if is_valid:
            found = scene['contract'].get_model().objects.filter(number__in=['new', 'rest'])
            assert [obj.span for obj in found] == [expected, expected]
        else:
            assert expected in str(browser.errors['span'])
            assert expected in str(answer['span'])

    def test_arrays_take_commas_where_items_cannot_hold_any(self, scene, browser):
        sent = {'ports': '10, 20\n30', 'words': 'Berlin, Germany\nCairo'}
        browser.post('contract/add/', number='new', **sent)
        made = scene['contract'].get_model().objects.get(number='new')
        assert made.ports == [10, 20, 30]
        assert made.words == ['Berlin, Germany', 'Cairo']
        page = text_of(browser.get('contract/add/'))
        assert 'Separated by commas or lines' in page
        browser.post('contract/add/', 200, number='wrong', ports='10, x')
        assert 'Item 2' in str(browser.errors['ports'])


class TestLinkedTab:
    def test_is_there_for_those_who_may_add_the_first(self, scene, browser):
        site = Site.objects.get(name='Berlin')
        tab = f'{site.get_absolute_url()}custom-objects/'
        assert tab in browser.get(site.get_absolute_url())
        assert 'Invoice (Also of)' in text_of(browser.get(tab))
        site_right, view = (Site, ['view'], None), (scene['invoice'], ['view'], None)
        assert tab not in Browser(make_user('viewer', site_right, view)).get(site.get_absolute_url())
        adder = make_user('adder', site_right, view, (scene['invoice'], ['add'], None))
        assert tab in Browser(adder).get(site.get_absolute_url())
        scene['invoice'].fields.filter(name='others').update(deprecated=True)
        CustomObjectType.objects.get(pk=scene['invoice'].pk).save()
        assert tab not in Browser(adder).get(site.get_absolute_url())
