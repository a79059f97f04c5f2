"""Lists of objects: which columns they show, what `?q=` finds, and the inputs of filters for values with an order."""

import re

import pytest

from dcim.models import Site
from utilities.forms.widgets import FilterModifierWidget

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import form_of, text_of
from tests.surfaces.view_cases import queries_of

LIST = '/plugins/custom-objects/visit/'
ORDERED = ('day', 'at', 'span', 'count', 'cost')


def make_visit():
    """A type that is named by an expression, which leaves out its references and choices."""
    sites = make_sites()
    secret = make_type('secret', fields=[{'name': 'title', 'primary': True}])
    visit = make_type('visit', display_expression='{{ number }} in {{ city }}', fields=[
        {'name': 'number', 'type': 'integer'},
        {'name': 'city', 'type': 'object', 'target': Site},
        {'name': 'next_city', 'type': 'object', 'target': Site},
        {'name': 'cities', 'type': 'multiobject', 'target': Site},
        {'name': 'party', 'type': 'object', 'targets': [Site, secret]},
        {'name': 'hush', 'type': 'object', 'target': secret},
        {'name': 'unseen', 'type': 'object', 'target': Site, 'ui_visible': 'hidden'},
        {'name': 'state', 'type': 'select', 'choices': ['planned', 'over']},
        ('day', 'date'), ('at', 'datetime'), ('span', 'duration'), ('count', 'integer'), ('cost', 'decimal'),
        ('notes', 'longtext'),
    ])  # fmt: skip
    hidden = make_object(secret, title='zyxqv')
    make_object(
        visit, number=1, city=sites[0], next_city=sites[1], cities=[sites[2]], party=hidden, hush=hidden,
        state='planned', day='2024-05-01', at='2024-05-01T10:00:00Z', span='P1D', count=5, cost='1.50',
    )  # fmt: skip
    make_object(visit, number=2, city=sites[0], unseen=sites[2], day='2024-07-01', count=9)
    return {'visit': visit, 'secret': secret}


@pytest.fixture
@keeps(make_visit)
def scene(db):
    return kept_again()


def shown(browser, query=''):
    browser.get(f'{LIST}{query}')
    return [name for name, _label in browser.response.context['table'].selected_columns]


def found(user, text):
    return [item['display'] for item in Rest(user).get('visit/', q=text)['results']]


def test_short_texts_stay_on_one_line(browser, db):
    """Those that link to the object, too; long ones are broken."""
    contract = make_type('contract', fields=[{'name': 'number', 'primary': True}, ('code', 'text')])
    make_object(contract, number='C-2024-014', code='long-' * 10)
    cells = re.findall(r'<td([^>]*)>\s*(?:<a [^>]*>)?\s*(C-2024-014|long-)', browser.get('contract/'))
    assert {text: 'text-nowrap' in attributes for attributes, text in cells} == {'C-2024-014': True, 'long-': False}


class TestColumns:
    def test_a_name_by_an_expression_has_a_column_that_links(self, scene, browser):
        page = browser.get(LIST)
        first = scene['visit'].get_model().objects.get(number=1)
        assert re.search(rf'<td class="text-nowrap">\s*<a href="{first.get_absolute_url()}">1 in Berlin</a>', page)
        assert shown(browser)[:2] == ['id', 'display']
        # It is sorted by what the name is made of, and exported.
        rows = browser.get(f'{LIST}?sort=-display&export').splitlines()
        assert ['2 in Berlin' in row for row in rows[1:]] == [True, False]

    def test_a_primary_field_that_leads_elsewhere_does_not_replace_it(self, scene, browser):
        kinds = {}
        for name, field in (
            ('text', {}), ('number', {'type': 'integer'}), ('site', {'type': 'object', 'target': Site}),
            ('choice', {'type': 'select', 'choices': ['a']}),
        ):  # fmt: skip
            make_type(f'by_{name}', fields=[{'name': 'a', 'primary': True, **field}, {'name': 'b'}])
            browser.get(f'/plugins/custom-objects/by-{name}/')
            columns = [column for column, _label in browser.response.context['table'].selected_columns]
            kinds[name] = 'display' in columns
        assert kinds == {'text': False, 'number': False, 'site': True, 'choice': True}

    def test_queries_do_not_grow_with_rows(self, scene, browser):
        few = queries_of(browser.client, LIST)
        for number, site in enumerate(Site.objects.all(), start=3):
            make_object(scene['visit'], number=number, city=site)
        assert queries_of(browser.client, LIST) == few

    def test_fields_are_in_the_list_or_not(self, scene, browser, rest):
        visit = scene['visit']
        before = shown(browser)
        assert 'notes' not in before
        assert 'number' in before
        ids = dict(visit.fields.values_list('name', 'pk'))
        for name, value in (('notes', True), ('number', False), ('cities', True)):
            sent = rest.patch(f'custom-object-type-fields/{ids[name]}/', {'in_list': value})
            assert sent['in_list'] is value
        after = shown(browser)
        assert {'notes', 'cities'} <= {*after}
        assert 'number' not in after
        assert len(after) == len(before)
        rest.patch(f'custom-object-type-fields/{ids["notes"]}/', {'in_list': 'maybe'}, 400)
        assert [row['name'] for row in rest.get('custom-object-type-fields/', in_list=False)['results']] == ['number']

    def test_forms_offer_it(self, scene, browser):
        field = scene['visit'].fields.get(name='number')
        edit = f'custom-object-type-fields/{field.pk}/edit/'
        assert form_of(browser.get(edit), 'in_list')['in_list'] == ['unknown']
        sent = form_of(browser.get(edit), 'in_list') | {'in_list': 'false'}
        browser.post(edit, **sent)
        field.refresh_from_db()
        assert field.in_list is False
        browser.post('custom-object-type-fields/edit/', pk=[field.pk], _apply='1', in_list='true')
        field.refresh_from_db()
        assert field.in_list is True


class TestQuickSearch:
    def test_finds_what_is_shown(self, scene, user):
        for text in ('cairo', 'dakar', 'zyxq', 'plann', '1 in', 'Berlin'):
            assert '1 in Berlin' in found(user, text) or text == '1 in', text
        # A field that pages do not show is not looked at.
        assert found(user, 'dakar') == ['1 in Berlin']

    def test_finds_only_by_what_the_user_may_view(self, scene):
        visit = (scene['visit'], ['view'], None)
        assert found(make_user('none', visit), 'cairo') == []
        some = make_user('some', visit, (Site, ['view'], {'name': 'Cairo'}))
        assert found(some, 'cairo') == ['1 in Berlin']
        assert found(some, 'dakar') == []
        assert found(some, 'zyxq') == []

    def test_is_one_statement_for_any_number_of_references(self, scene, browser):
        few = queries_of(browser.client, f'{LIST}?q=cairo')
        for number in range(3):
            make_field(scene['visit'], f'more_{number}', 'object', target=Site)
        assert queries_of(browser.client, f'{LIST}?q=cairo') == few


class TestOrderedInputs:
    def test_each_has_before_after_between_and_empty(self, scene, browser):
        browser.get(LIST)
        fields = browser.response.context['filter_form'].fields
        for name in ORDERED:
            codes = {code for code, _words in fields[name].widget.lookups}
            assert {'gt', 'gte', 'lt', 'lte', 'between', 'empty_true', 'empty_false'} <= codes, name
            assert f'{name}__lte' in fields
        for name in ('state', 'city', 'notes'):
            assert 'between' not in {code for code, _words in fields[name].widget.lookups}, name

    def test_both_values_are_shown_again_and_can_be_removed(self, scene, browser):
        for query, expected in (
            ('?day__gte=2024-04-01&day__lte=2024-06-01', [1]), ('?count__gte=6&count__lte=9', [2]),
            ('?span__gte=1:00:00&span__lte=P2D', [1]), ('?at__gte=2024-01-01&at__lte=2024-12-31', [1]),
            ('?cost__gte=1&cost__lte=2', [1]), ('?day__empty=true', []), ('?at__empty=true', [2]),
        ):  # fmt: skip
            page = browser.get(f'{LIST}{query}')
            table = browser.response.context['table']
            assert [row.record.number for row in table.rows] == expected, query
            if 'gte' in query:
                first, last = query[1:].split('&')
                sent = form_of(page, 'day')
                for part in (first, last):
                    name, value = part.split('=')
                    assert sent[name.replace('__gte', '')][0].startswith(value[:4]), query
                assert text_of(page).count('on or') + text_of(page).count('at least') >= 1
        browser.get(f'{LIST}?day__lte=2024-06-01')
        assert browser.response.context['filter_form']['day__lte'].value() is None

    def test_wrong_values_are_errors(self, scene, browser):
        browser.get(f'{LIST}?day__gte=x&day__lte=y')
        assert browser.response.context['filter_form'].errors.keys() >= {'day', 'day__lte'}


def test_empty_inputs_of_filters_are_drawn_once(scene, browser, monkeypatch):
    """Of those that offer nothing from the database; each language has its own."""

    def filters(query='', language='en'):
        drawn.clear()
        page = browser.get(f'{LIST}{query}', HTTP_ACCEPT_LANGUAGE=language)
        return page[(start := page.index('id="filters-form"')) : page.index('</form>', start)]

    def get_context(self, name, *args):
        drawn.append(name)
        return draw(self, name, *args)

    draw, drawn, typed = FilterModifierWidget.get_context, [], {'number', 'day', 'cost', 'fresh'}
    monkeypatch.setattr(FilterModifierWidget, 'get_context', get_context)
    make_field(scene['visit'], 'fresh')
    first = filters()
    assert typed <= {*drawn}
    assert filters() == first
    assert not typed & {*drawn}
    assert {'state', 'city'} <= {*drawn}
    for query, shown_again in (('?number=5', 'value="5"'), ('?day=x', 'aria-invalid="true"'), ('?fresh__ic=y', '"y"')):
        assert shown_again in filters(query)
        assert shown_again not in first
    german = filters(language='de')
    assert typed <= {*drawn}
    assert german != first
    assert (filters(language='de'), filters()) == (german, first)


def test_without_an_expression_the_id_leads_to_objects(scene, browser):
    CustomObjectType.objects.filter(pk=scene['visit'].pk).update(display_expression='')
    assert 'display' not in shown(browser)
