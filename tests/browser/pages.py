"""
What a network engineer does in NetBox, in the engineer's words: open, fill, choose, submit, look at a tab or the menu.

Waits for conditions, never for a time. Must not ask the database: what counts is what the browser shows.
"""

import os
import re
import time
from contextlib import suppress
from copy import copy
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, TimeoutError, expect

# Generous, as a busy machine is slow; only a test that fails waits for so long.
SECONDS_TO_ANSWER = 30
SECONDS_FOR_A_JOB = 120
MILLISECONDS_BETWEEN_RELOADS = 500

# What is neither menu nor header: of the pages with a menu, and of the login page.
CONTENT = '#page-content, .page-center'


class Pages:
    """NetBox in one browser window; `faults` are what no page may have: errors of the console, of scripts, 5xx."""

    def __init__(self, page: Page):
        self.page = page
        self.faults: list[str] = []
        self.content = page.locator(CONTENT)
        page.set_default_timeout(SECONDS_TO_ANSWER * 1000)
        page.on('console', self._note_message)
        page.on('pageerror', lambda error: self.faults.append(f'{page.url}: {error}'))
        page.on('response', self._note_response)

    def _note_message(self, message):
        if message.type == 'error':
            self.faults.append(f'{self.page.url}: {message.text} ({message.location.get("url")})')

    def _note_response(self, response):
        if response.status >= 500:
            self.faults.append(f'{response.request.method} {response.url}: HTTP {response.status}')

    def within(self, part: Locator) -> 'Pages':
        """Return the same window, in which everything is looked for in a part of the page only."""
        found = copy(self)
        found.content = part
        return found

    def picture(self, name: str, at: Locator | None = None):
        """Take a picture for the documentation, beginning with `at`, in runs that make some (`make screenshots`)."""
        if directory := os.environ.get('NCO_SCREENSHOTS'):
            self.settle()
            # The header covers what is at the top.
            self.page.evaluate('window.scrollTo(0, 0)')
            if at is not None:
                at.evaluate('part => window.scrollTo(0, part.getBoundingClientRect().top - 80)')
            # Chromium draws the caret, and NetBox fades its notes, at random.
            shown = self.page.screenshot(animations='disabled', caret='hide')
            # A third of the size, and to the eye the same: pages have few colors.
            picture = Image.open(BytesIO(shown)).convert('RGB').quantize(256, dither=Image.Dither.NONE)
            picture.save(Path(directory) / f'{name}.png', optimize=True)

    def log_in(self, username: str, password: str, then: str = '/'):
        self.open(f'/login/?next={then}')
        self.fill('Username', username)
        self.fill('Password', password)
        self.click('Sign In')

    def open(self, path: str):
        """Go to an address, such as '/dcim/sites/'."""
        self.page.goto(path)
        self.settle()

    def settle(self):
        """Wait until the page has loaded, so that its scripts listen, and with it all that htmx fetches."""
        self.page.wait_for_load_state()
        expect(self.page.locator('.htmx-request')).to_have_count(0)

    def click(self, name: str):
        """Press the button that reads so, in a form, a dialog, or above; a link may be dressed as one."""
        # What an icon in front adds to the name is no letter.
        words = re.compile(rf'^\W*{re.escape(name)}$')
        button, link = (self.content.get_by_role(role, name=words) for role in ('button', 'link'))
        button.or_(link).click()
        self.settle()

    def from_menu(self, menu: str, name: str):
        """Open a menu among the buttons above, and choose an entry."""
        self.content.locator('.dropdown-toggle', has_text=re.compile(rf'^\W*{re.escape(menu)}\W*$')).click()
        self.click(name)

    def tab(self, name: str):
        """Open a tab of the object shown; a badge behind its name does not matter."""
        tabs = self.content.locator('.nav-tabs')
        tabs.get_by_role('link', name=re.compile(rf'^{re.escape(name)}\b')).click()
        self.settle()

    def field(self, label: str) -> Locator:
        """Return the input of a form that has this label."""
        return self.content.get_by_label(label, exact=True)

    def fill(self, label: str, value: str):
        """Type into an input and leave it, as NetBox proposes slugs only then."""
        self.field(label).fill(value)
        self.field(label).blur()

    def choose(self, label: str, option: str):
        """Choose an option of a selector, which NetBox replaces by inputs of its own."""
        # The sign of a required input is part of its name.
        selector = self.page.get_by_role('combobox', name=re.compile(rf'^{re.escape(label)}\W*$'))
        self.content.locator('.ts-control').filter(has=selector).click()
        # Unlike get_by_text(), this selector ignores the description that an option may have.
        self.content.locator('.ts-dropdown:visible').locator(f'text="{option}"').click()
        self.settle()

    def tick(self, label: str):
        self.field(label).check()

    def menu(self, name: str = 'Custom Objects'):
        """Unfold a menu and return its entries."""
        heading = self.page.get_by_role('button', name=name, exact=True)
        entries = self.page.locator('.nav-item').filter(has=heading).locator('.dropdown-item > a')
        for _attempt in range(5):
            # A click before the page's script has run does nothing.
            if heading.get_attribute('aria-expanded') == 'false':
                heading.click()
            with suppress(TimeoutError):
                entries.first.wait_for(state='visible', timeout=3000)
                break
        return entries

    def make_branch(self, name: str):
        """Create a branch by the selector at the top of the page, wait until it is ready, and activate it."""
        header = self.page.locator('header')
        header.get_by_role('button', name='Main').click()
        header.get_by_role('link', name='Create a Branch').click()
        self.fill('Name', name)
        self.click('Create')
        self.wait_for(self.content.get_by_role('row', name='Status Ready', exact=True))
        self.activate_branch(name)

    def activate_branch(self, name: str):
        """Choose a branch, or 'Main', by the selector at the top of the page."""
        selector = self.page.locator('header .dropdown').filter(has=self.page.locator('.mdi-source-branch'))
        selector.get_by_role('button').click()
        selector.get_by_role('link', name=name, exact=True).click()
        self.settle()
        expect(selector.get_by_role('button')).to_have_text(name)

    def wait_for(self, shown: Locator):
        """Reload the page until it shows what a background job brings about."""
        deadline = time.monotonic() + SECONDS_FOR_A_JOB
        while True:
            try:
                shown.wait_for(timeout=MILLISECONDS_BETWEEN_RELOADS)
                return
            except TimeoutError:
                assert time.monotonic() < deadline, f'{self.page.url} does not show {shown}'
            self.page.reload()
            self.settle()
