"""A browser for tests: requests as one user, the status asserted with every call, and pages as text."""

from html import unescape
from html.parser import HTMLParser

from django.test import Client

ROOT = '/plugins/custom-objects/'


class Browser:
    """Sends requests as one user; paths are relative to the plugin's pages unless they begin with a slash."""

    def __init__(self, user=None, **headers):
        self.client = Client(headers=headers or None)
        if user is not None:
            self.client.force_login(user)

    def get(self, path='', expect=200, **extra):
        """Return the page, or the exported file, as text."""
        return self._read(self.client.get(url(path), **extra), expect)

    def post(self, path, expect=302, **data):
        """Submit a form; a valid one is answered with a redirection."""
        return self._read(self.client.post(url(path), data), expect)

    def _read(self, response, expect):
        self.response = response
        body = b''.join(response.streaming_content) if response.streaming else response.content
        text = body.decode()
        assert response.status_code == expect, (response.status_code, self.errors or text[-2000:])
        return text

    @property
    def errors(self) -> dict:
        """The errors of the form on the last page."""
        context = self.response.context
        return dict(context['form'].errors) if context and 'form' in context else {}

    @property
    def messages(self) -> list[str]:
        """The notes that the next page will show."""
        return [str(message) for message in self.response.wsgi_request._messages]


def url(path: str) -> str:
    return path if path.startswith('/') else ROOT + path


class _Text(HTMLParser):
    skipped = ('script', 'style', 'aside')

    def __init__(self):
        super().__init__()
        self.parts, self.depth = [], 0

    def handle_starttag(self, tag, attrs):
        self.depth += tag in self.skipped

    def handle_endtag(self, tag):
        self.depth -= tag in self.skipped

    def handle_data(self, data):
        if not self.depth:
            self.parts.append(data)


def text_of(page: str) -> str:
    """Return what a reader sees of a page, without the menu, in one line."""
    parser = _Text()
    parser.feed(page)
    return ' '.join(unescape(' '.join(parser.parts)).split())


def menu_of(page: str) -> list[tuple[str, str]]:
    """Return the (text, address) of the links in the plugin's menu, buttons with their title as text."""
    links = _Links()
    links.feed(page[page.index('<aside') : page.index('</aside>')])
    return [(text, address) for text, address in links.found if address.startswith(ROOT)]


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.open = [], False

    def handle_starttag(self, tag, attrs):
        if tag == 'a':
            attributes = dict(attrs)
            self.found.append((attributes.get('title', ''), attributes.get('href', '')))
            self.open = 'title' not in attributes

    def handle_data(self, data):
        if self.open and self.found:
            text, address = self.found[-1]
            self.found[-1] = (text + data.strip(), address)

    def handle_endtag(self, tag):
        self.open = self.open and tag != 'a'
