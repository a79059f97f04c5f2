"""What the other tests of this directory rely on: no fault of a page goes unnoticed."""

import pytest

from tests.browser.chromium import find_chromium
from tests.browser.pages import Pages

FAULTY = '<script>console.error("said"); setTimeout(() => { throw new Error("thrown") })</script>'


def test_a_browser_that_is_missing_is_not_found(monkeypatch):
    monkeypatch.setenv('CHROMIUM', 'no-such-browser')
    assert find_chromium() is None


@pytest.mark.slow
def test_faults_are_noted(browser):
    """Errors of the console, of scripts, and of the server, also behind a page that looks well."""
    context = browser.new_context(base_url='http://netbox.invalid')
    context.route('**/*', lambda route: route.fulfill(status=500, body=''))
    context.route('**/faulty', lambda route: route.fulfill(body=FAULTY, content_type='text/html'))
    pages = Pages(context.new_page())
    with pages.page.expect_event('pageerror'):
        pages.open('/faulty')
    with pages.page.expect_response('**/broken'):
        pages.page.evaluate('fetch("/broken")')
    noted = '\n'.join(pages.faults)
    context.close()
    for fault in ('faulty: said', 'faulty: thrown', 'GET http://netbox.invalid/broken: HTTP 500'):
        assert fault in noted
