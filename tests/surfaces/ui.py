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

    def post(self, path, expect=302, headers=None, **data):
        """Submit a form; a valid one is answered with a redirection."""
        return self._read(self.client.post(url(path), data, headers=headers), expect)

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
    return [(text, address) for text, address in links_of(menu_html(page)) if address.startswith(ROOT)]


def menu_html(page: str) -> str:
    return page[page.index('<aside') : page.index('</aside>')]


def beside_menu(page: str) -> str:
    """Return what follows the menu of a page."""
    return page[page.index('</aside>') :]


def links_of(html: str) -> list[tuple[str, str]]:
    """Return the (text, address) of links, buttons with their title as text."""
    links = _Links()
    links.feed(html)
    return links.found


def form_of(page: str, holding: str = 'changelog_message') -> dict[str, list[str]]:
    """Return what a browser would send of the page's form that has the input `holding`, if nobody touched it."""
    parser = _Forms()
    parser.feed(page)
    (found,) = (form for form in parser.found if any(name == holding for name, _value in form))
    sent: dict[str, list[str]] = {}
    for name, value in found:
        if value is not None:
            sent.setdefault(name, []).append(value)
    return sent


class _Forms(HTMLParser):
    """Collects (name, value) of the inputs of each form; the value of what is not sent is None."""

    def __init__(self):
        super().__init__()
        self.found, self.select, self.options, self.text = [[]], None, [], None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name, sends = attributes.get('name'), 'disabled' not in attributes
        if tag == 'form':
            self.found.append([])
        elif tag == 'select':
            self.select, self.options = (name if sends else None, 'multiple' in attributes), []
        elif tag == 'option':
            self.options.append((attributes.get('value', ''), 'selected' in attributes))
        elif tag == 'textarea':
            self.text = (name if sends else None, [])
        elif tag == 'input' and name and attributes.get('type') not in ('submit', 'button'):
            is_box = attributes.get('type') in ('checkbox', 'radio')
            shown = attributes.get('value', 'on' if is_box else '')
            self.found[-1].append((name, shown if sends and (not is_box or 'checked' in attributes) else None))

    def handle_data(self, data):
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag):
        if tag == 'textarea' and self.text:
            name, parts = self.text
            self.text = None
            # The line end after the tag is no part of the text, and browsers send line ends of their own.
            text = ''.join(parts).removeprefix('\r\n').removeprefix('\n').replace('\r\n', '\n').replace('\n', '\r\n')
            self.found[-1] += [(name, text)] if name else []
        elif tag == 'select' and self.select:
            name, many = self.select
            self.select = None
            chosen = [value for value, is_selected in self.options if is_selected]
            if not many and not chosen:
                chosen = [value for value, _is_selected in self.options[:1]]
            self.found[-1] += [(name, value) for value in chosen or [None]] if name else []


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
