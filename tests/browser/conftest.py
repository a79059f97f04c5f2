"""A NetBox with its background worker for each module, and the system's Chromium; a failure leaves a picture behind."""

import re

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from dev.paths import STATE
from dev.serve import start_netbox
from tests.browser.chromium import NOT_FOUND, arguments, find_chromium
from tests.browser.pages import SECONDS_TO_ANSWER, Pages
from tests.support.databases import TEST_DATABASE, close_connections
from tests.support.processes import Fork

EVIDENCE = STATE / 'browser'
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=SECONDS_TO_ANSWER * 1000)


@pytest.fixture(scope='package')
def browser():
    """Chromium. For this directory at most: meanwhile Playwright's event loop keeps Django's ORM off this thread."""
    binary = find_chromium()
    if not binary:
        pytest.fail(NOT_FOUND, pytrace=False)
    # What was opened before could not be closed meanwhile.
    close_connections()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=arguments())
        yield browser
        browser.close()


@pytest.fixture(scope='module')
def netbox():
    """NetBox as in production, with a new database: several web processes and a worker."""
    # Tests of this directory use no database themselves, so that nothing replaces it meanwhile.
    TEST_DATABASE.replace()
    TEST_DATABASE.mark_dirty()
    try:
        server = start_netbox(TEST_DATABASE.name, start=Fork)
    except SystemExit as reason:
        # It would end the whole run, not only the tests of this module.
        pytest.fail(str(reason), pytrace=False)
    with server:
        yield server
    TEST_DATABASE.drop()


@pytest.fixture
def page(request, netbox, browser):
    """A new window of an English-speaking browser that knows nothing of other tests."""
    context = browser.new_context(
        base_url=netbox.url, locale='en-US', viewport={'width': 1400, 'height': 1000}, reduced_motion='reduce'
    )
    page = context.new_page()
    yield page
    if request.node.stash.get(FAILED, False):
        keep_evidence(page, EVIDENCE / re.sub(r'\W+', '_', request.node.name))
    context.close()


@pytest.fixture
def pages(page, netbox):
    """The window of an administrator who has logged in, at the list of types; its faults fail the test."""
    pages = Pages(page)
    pages.log_in(netbox.username, netbox.password, then='/plugins/custom-objects/')
    return pages


@pytest.fixture
def post(netbox):
    """Return what creates an object by REST, as the administrator."""

    def post(path, **data):
        answer = requests.post(f'{netbox.url}/api/{path}', json=data, headers=netbox.headers, timeout=60)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return post


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a test whose browser met an error; if it fails anyway, say what the browser met."""
    try:
        result = yield
    except Exception as error:
        for fault in faults_of(item):
            error.add_note(f'The browser met: {fault}')
        raise
    if faults := faults_of(item):
        pytest.fail('The browser met:\n' + '\n'.join(faults), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def faults_of(item) -> list[str]:
    """Return what went wrong in the windows of a test, whether or not it looked."""
    return [fault for value in item.funcargs.values() if isinstance(value, Pages) for fault in value.faults]


def keep_evidence(page, path):
    """Save what a window shows, as a picture and as HTML."""
    path.parent.mkdir(exist_ok=True)
    path.with_suffix('.html').write_text(page.content())
    page.screenshot(path=path.with_suffix('.png'), full_page=True)
