"""The related object filter of a reference as rows of inputs: what is offered, shown, found and kept from others."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from dcim.models import Region, Site

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

PATH = 'custom-object-type-fields/filter-builder/'


def ask(browser, *targets, text='', expect=200, kind=None, summary=False, **sent):
    query = [('target', target) for target in targets] + [('name', 'related_object_filter')]
    query += [('type', kind.pk)] if kind else []
    query += [('summary', '1')] if summary else []
    return browser.post(f'{PATH}?{urlencode(query)}', expect, related_object_filter=text, **sent)


class Rows(HTMLParser):
    """Collects the rows of a builder, and what its lists offer."""

    def __init__(self, page):
        super().__init__()
        self.found, self._list = [], None
        self.offered = {'lookup': [], 'source': [], 'filter-value': [], 'add-filter': []}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if 'data-filter' in attributes:
            self.found.append({'name': attributes['data-filter'], 'lookup': None, 'source': None, 'values': []})
        elif tag == 'select':
            self._list = next(name for name in self.offered if f'data-{name}' in attributes)
            if self._list == 'filter-value':
                self.found[-1]['list'] = True
        elif tag == 'option':
            self.offered[self._list].append(attributes['value'])
            if 'selected' in attributes:
                if self._list == 'filter-value':
                    self.found[-1]['values'].append(attributes['value'])
                else:
                    self.found[-1][self._list] = attributes['value'] or None
        elif tag == 'input' and 'data-filter-value' in attributes:
            self.found[-1]['values'].append(attributes.get('value', ''))


def rows_of(page):
    """Return {parameter: (lookup, source, values, whether its input is a text)}."""
    return {row['name']: (row['lookup'], row['source'], row['values'], 'list' not in row) for row in Rows(page).found}


def test_parameters_have_inputs_of_their_own(browser):
    region = Region.objects.create(name='North', slug='north')
    page = ask(browser, 'dcim.site', text=f'status=active&status=planned&region_id={region.pk}')
    assert rows_of(page) == {
        'status': ('exact', None, ['planned', 'active'], False),
        'region_id': ('exact', None, [str(region.pk)], False),
    }
    assert 'data-url="/api/dcim/regions/"' in page
    other = Region.objects.create(name='South', slug='south')
    found = Rows(ask(browser, 'dcim.site', text=f'region_id={region.pk}&region_id__n={other.pk}')).found
    assert [(row['lookup'], row['values']) for row in found] == [('exact', [str(region.pk)]), ('n', [str(other.pk)])]
    offered = set(Rows(page).offered['add-filter'])
    assert {'status', 'region_id', 'group_id', 'tag'} < offered
    assert 'filter_id' not in offered


def test_a_row_is_added(browser):
    assert rows_of(ask(browser, 'dcim.site', **{'filter-add': 'status'})) == {'status': ('exact', None, [], False)}
    ask(browser, 'dcim.site', expect=400, **{'filter-add': 'bogus'})


def test_values_of_other_fields(browser):
    kind = make_type('thing')
    make_field(kind, 'site', 'object', target=Site)
    make_field(kind, 'note', 'longtext')
    page = ask(browser, 'dcim.device', text='site_id=$site', kind=kind)
    assert rows_of(page) == {'site_id': ('exact', 'site', [], False)}
    assert Rows(page).offered['source'] == ['', 'site']
    # In a design, those of its rows.
    key = 'f0123abcd'
    page = ask(
        browser, 'dcim.device', **{'row': key, f'{key}-name': 'place', f'{key}-type': 'object', 'filter-add': 'q'}
    )
    assert Rows(page).offered['source'] == ['', 'place']


def test_what_an_input_cannot_hold_is_a_row_of_text(browser):
    page = ask(browser, 'dcim.site', text='status=gone&region_id=4711&bogus=1&name=a&name=b&q=x')
    assert rows_of(page) == {
        'status': (None, None, ['gone'], True),
        'region_id': (None, None, ['4711'], True),
        'bogus': (None, None, ['1'], True),
        'name': (None, None, ['a', 'b'], True),
        'q': (None, None, ['x'], True),
    }


def test_several_targets_share_parameters(browser):
    page = ask(browser, 'dcim.site', 'tenancy.tenant')
    offered = set(Rows(page).offered['add-filter'])
    assert {'q', 'group_id', 'tag'} <= offered
    assert not {'status', 'region_id'} & offered


def test_parameters_of_custom_types(browser):
    kind = make_type('thing')
    make_field(kind, 'color', 'select', choices=['red', 'blue'])
    make_field(kind, 'day', 'date')
    make_field(kind, 'note')
    label = f'netbox_custom_objects.{kind.get_model()._meta.model_name}'
    page = ask(browser, label, text='color__n=red&day__gte=2026-01-01&day__lte=2026-02-01&note__empty=true')
    shown = [(row['name'], row['lookup'], row['values']) for row in Rows(page).found]
    assert shown == [
        ('color', 'n', ['red']),
        ('day', 'gte', ['2026-01-01']),
        ('day', 'lte', ['2026-02-01']),
        ('note', 'empty_true', ['']),
    ]
    offered = Rows(page).offered['add-filter']
    assert offered.count('day') == 1
    assert not [name for name in offered if '__' in name]
    for color in ('red', 'red', 'blue'):
        make_object(kind, color=color)
    found = ask(browser, label, text='color=red', summary=True)
    assert '2 Things found' in text_of(found)
    assert 'href="/plugins/custom-objects/thing/?color=red"' in found


def test_what_is_found(browser):
    for name, status in (('a', 'active'), ('b', 'planned')):
        Site.objects.create(name=name, slug=name, status=status)
    found = ask(browser, 'dcim.site', text='status=active', summary=True)
    assert '1 site found' in text_of(found)
    assert 'href="/dcim/sites/?status=active"' in found
    text = text_of(ask(browser, 'dcim.site', text='status=active&region_id=$region', summary=True))
    assert 'Depends on the object as well: region.' in text
    assert 'Unknown filter: bogus.' in text_of(ask(browser, 'dcim.site', text='bogus=1', summary=True))
    assert 'Enter parameters' in text_of(ask(browser, 'dcim.site', text='bogus', summary=True))
    assert text_of(ask(browser, 'dcim.site', summary=True)) == ''


def test_it_needs_rights_and_shows_no_more_than_they_allow(db):
    Site.objects.create(name='a', slug='a')
    region = Region.objects.create(name='Hidden', slug='hidden')
    kind = make_type('thing')
    label = f'netbox_custom_objects.{kind.get_model()._meta.model_name}'
    ask(Browser(make_user('without rights')), 'dcim.site', expect=403)
    few = Browser(make_user('few', (CustomObjectTypeField, ['add'], None)))
    page = ask(few, 'dcim.site', text=f'region_id={region.pk}')
    assert rows_of(page) == {'region_id': (None, None, [str(region.pk)], True)}
    assert 'Hidden' not in page
    assert '0 sites found' in text_of(ask(few, 'dcim.site', text='name__ic=a', summary=True))
    for target in (label, 'dcim.bogus', 'dcim'):
        ask(few, target, expect=404)


@pytest.mark.parametrize('sent', [
    {'targets': ['dcim.site'], 'text': 'a=%00'},
    {'targets': ['dcim.site'], 'text': 'region_id=x&status=%F0%9F'},
    {'targets': [], 'text': 'a=1'},
])  # fmt: skip
def test_bad_input(browser, sent):
    ask(browser, *sent['targets'], text=sent['text'])
    ask(browser, *sent['targets'], text=sent['text'], summary=True)


def test_the_forms_ask_for_it(browser):
    kind = make_type('thing')
    field = make_field(kind, 'place', 'object', target=Site)
    assert f'{PATH}?target=dcim.site&amp;type={kind.pk}&amp;name=related_object_filter' in browser.get(
        f'custom-object-type-fields/{field.pk}/edit/'
    )
    assert f'{PATH}?target=dcim.site&amp;type={kind.pk}&amp;name=p{field.pk}-related_object_filter' in browser.get(
        f'custom-object-types/{kind.pk}/design/'
    )
