"""
Every page of ours, looked at by axe-core, in light and in dark colors; and as wide as a phone, where none is wider.

The pages are those of the URL patterns, so that a new one is looked at as well: it fails the test until its address can
be filled in, or it is listed as a part of a page.
"""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from netbox_custom_objects import urls
from tests.browser.scene import ROOT, Scene
from tests.fuzz.targets import filled, patterns

pytestmark = pytest.mark.slow

DESKTOP, PHONE = {'width': 1400, 'height': 1000}, {'width': 420, 'height': 900}
TYPE, FIELD, SLUG, EACH = (
    'custom-object-types/', 'custom-object-type-fields/', '<str:custom_object_type>/', '<int:pk>/',
)  # fmt: skip
CONSTRAINT = 'custom-object-type-constraints/'
SHEET = f'{TYPE}from-spreadsheet/<int:spreadsheet>/'
# What pages ask for, download or send; what other plugins register; and a page of NetBox.
PARTS = {
    '', f'{TYPE}design/row/', f'{TYPE}design/constraint/', f'{TYPE}design/preview/',
    f'{TYPE}{EACH}design/row/', f'{TYPE}{EACH}design/constraint/', f'{TYPE}{EACH}design/preview/',
    f'{TYPE}{EACH}arrange/', f'{TYPE}{EACH}neighbors/', f'{TYPE}{EACH}staged-changes/',
    f'{TYPE}import-errors/{EACH}',
    f'{FIELD}preview/', f'{FIELD}filter-builder/', f'{FIELD}{EACH}preview/', f'{FIELD}{EACH}suggestions/',
    f'{FIELD}{EACH}staged-changes/<int:change>/<str:action>/', f'{FIELD}{EACH}offenders/<int:change>/',
    f'{CONSTRAINT}preview/', f'{CONSTRAINT}{EACH}preview/',
    f'{SHEET}lines/<int:position>/', f'{SHEET}faults/', f'{SHEET}progress/',
    # The same page as with a type of targets.
    f'{SLUG}{EACH}links/<str:field_name>/',
    'journal-entries/add/', f'{SLUG}{EACH}<path:path>/', f'{SLUG}<path:path>/',
}  # fmt: skip
# Answered to the form of a list with a selection.
SELECTED = {f'{part}{name}/' for part in (TYPE, FIELD) for name in ('edit', 'delete')} | {
    f'{SLUG}bulk-{name}/' for name in ('edit', 'rename', 'delete')
}
# Findings that NetBox's own pages have, too: colors of its theme (also of links), its markup, its selectors.
OF_NETBOX = {
    'color-contrast': ['.btn', '.badge', '.nav-link', '.text-danger', 'a'],
    'link-name': ['th[aria-label="Actions"]'],
    'aria-required-parent': ['.nav-tabs'],
    'aria-valid-attr-value': ['.nav-tabs'],
    'list': ['.nav-tabs'],
}
# (address, what is selected)
PAGES_OF_NETBOX = (
    ('/dcim/sites/', ()), ('/dcim/sites/add/', ()), ('/dcim/sites/1/delete/', ()), ('/dcim/regions/rename/', (1,)),
    ('/extras/saved-filters/add/', ()),
)  # fmt: skip
# Those that look like no page of NetBox, and are looked at in dark colors as well.
DARK_PAGES = {
    f'{TYPE}design/', f'{TYPE}{EACH}', f'{TYPE}{EACH}schema-history/', f'{TYPE}deleted/', f'{TYPE}gallery/<slug:name>/',
    f'{TYPE}map/', f'{TYPE}from-spreadsheet/<int:spreadsheet>/', f'{FIELD}{EACH}edit/', SLUG, f'{SLUG}{EACH}',
    f'{SLUG}{EACH}custom-objects/', f'{SLUG}deleted/',
}  # fmt: skip
# Menu, header and footer are NetBox's own, and what is disabled needs no contrast.
SCAN = """async ([options, known]) => {
    const frame = [['.navbar-vertical'], ['header.navbar'], ['footer'], ['.ts-wrapper.disabled']];
    options = { preload: false, resultTypes: ['violations'], ...options };
    const { violations } = await axe.run({ exclude: frame }, options);
    const found = [];
    for (const { id, impact, nodes } of violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))) {
        for (const { target, html, failureSummary } of nodes) {
            const part = document.querySelector(target[0]);
            const reason = (known[id] ?? []).find(selector => part?.closest(selector));
            found.push([id, reason ?? null, `${impact} ${id}: ${html.slice(0, 200)} ${failureSummary}`]);
        }
    }
    return found;
}"""
OPTIONS = {
    'dark': {'runOnly': {'type': 'rule', 'values': ['color-contrast']}},
    'light': {'runOnly': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']},
}
THEME = 'name => document.documentElement.setAttribute("data-bs-theme", name)'
# Sends the form of a list.
SELECT = """([path, keys]) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = path;
    const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
    for (const [name, value] of [['csrfmiddlewaretoken', token], ...keys.map(key => ['pk', key])]) {
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


def scan(pages, path, themes=('dark', 'light')) -> list[tuple]:
    """Return what is found on the page that is shown: (rule, selector of what NetBox has as well, text)."""
    page, found = pages.page, []
    page.evaluate(AXE_SCRIPT)
    for theme in themes:
        page.evaluate(THEME, theme)
        results = page.evaluate(SCAN, [OPTIONS[theme], OF_NETBOX])
        found += [(rule, of, f'{path} ({theme}): {text}') for rule, of, text in results]
    page.set_viewport_size(PHONE)
    width = page.evaluate('document.documentElement.scrollWidth')
    page.set_viewport_size(DESKTOP)
    if width > PHONE['width']:
        found.append(('width', None, f'{path}: {width} pixels wide on a phone'))
    return found


def show(pages, path, selected=()):
    """Open a page; one that takes a selection as the list that is shown leads to it."""
    if not selected:
        return pages.open(path)
    with pages.page.expect_navigation():
        pages.page.evaluate(SELECT, [path, list(map(str, selected))])
    return pages.settle()


def open_all(pages, route):
    """Open what is folded."""
    if route == f'{TYPE}design/':
        for name in ('Add Constraint', 'Options'):
            pages.click(name)
    elif route == f'{SLUG}{EACH}custom-objects/':
        pages.content.get_by_role('button', name='Types').click()


def test_every_page(pages, netbox):
    scene = Scene(netbox, pages)
    known, found = set(), []
    for path, selected in PAGES_OF_NETBOX:
        show(pages, path, selected)
        known |= {(rule, of) for rule, of, _text in scan(pages, path)}
    routes = [route for route in patterns(urls.urlpatterns) if route not in PARTS]
    addresses = [(route, path) for route in routes for path in filled(ROOT + route, scene.values)]
    for route, path in (*addresses, *(('', path) for path in scene.other_pages)):
        show(pages, path, scene.selections[route.split('/')[0]] if route in SELECTED else ())
        open_all(pages, route)
        found += scan(pages, path, ('dark', 'light') if route in DARK_PAGES else ('light',))
    ours = [text for _rule, of, text in found if of is None]
    assert not ours, '\n'.join(ours)
    # What is left out is what NetBox has, and nothing is listed in vain.
    listed = {(rule, selector) for rule, selectors in OF_NETBOX.items() for selector in selectors}
    assert listed <= known, listed - known
