"""Sends what a page, or an endpoint, is asked with, changed in one or a few places."""

import json
import sys
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from tests.fuzz.values import BODIES, NAMES, TEXTS, VALUES
from tests.surfaces.rest import API

METHODS = ('get', 'post', 'put', 'patch', 'delete', 'options')


class Inputs(HTMLParser):
    """The inputs of a page, with their values."""

    def __init__(self):
        super().__init__()
        self.found: dict[str, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get('name')
        if name and tag in ('input', 'select', 'textarea', 'button'):
            self.found.setdefault(name, [])
            if attributes.get('value') and attributes.get('type') not in ('checkbox', 'radio'):
                self.found[name].append(attributes['value'])


class Fuzzer:
    """Requests as one user, each in a transaction that is undone; keeps those that fail."""

    def __init__(self, user, random, paths: list[str], keys: list[str]):
        """
        Args:
            random: a random.Random
            paths: addresses
            keys: of REST bodies, and filters
        """
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.random = random
        self.paths = paths
        self.keys = keys
        self.sent = 0
        # Numbers of answers, by status.
        self.answers = Counter()
        # By where the exception was raised.
        self.failures: dict[str, str] = {}
        self._inputs: dict[str, dict] = {}
        self._error = None
        got_request_exception.connect(self._note)

    def _note(self, sender, **kwargs):
        self._error = sys.exc_info()[1]

    def send(self) -> None:
        """Send one request."""
        path = self.random.choice(self.paths)
        (self._ask_endpoint if path.startswith(API) else self._ask_page)(path)

    def _ask_page(self, path: str) -> None:
        inputs = self._inputs_of(path)
        method = self.random.choice(('get', 'post', 'post'))
        data = {} if method == 'get' else dict(inputs)
        for _ in range(self.random.choice((1, 1, 2, 3))):
            name = self.random.choice([*inputs, *self.keys] if self.random.random() < 0.6 else NAMES)
            data[name] = [self.random.choice(TEXTS) for _ in range(self.random.choice((1, 1, 1, 2)))]
        for button in self.random.sample(('_apply', '_confirm', '_all', '_preview', 'confirm'), 2):
            data.setdefault(button, ['1'])
        headers = {'HX-Request': 'true'} if self.random.random() < 0.3 else {}
        query = self._query() if self.random.random() < 0.2 else ''
        if method == 'get':
            self.request('get', f'{path}?{encoded(data)}', headers=headers)
        else:
            self.request('post', f'{path}{query}', data=data, headers=headers)

    def _inputs_of(self, path: str) -> dict[str, list[str]]:
        if path not in self._inputs:
            reader = Inputs()
            response = self.client.get(path)
            if response.status_code == 200 and not response.streaming:
                reader.feed(response.content.decode(errors='replace'))
            self._inputs[path] = reader.found
        return self._inputs[path]

    def _ask_endpoint(self, path: str) -> None:
        method = self.random.choice(METHODS)
        query = self._query() if method == 'get' or self.random.random() < 0.3 else ''
        if method in ('get', 'options'):
            self.request(method, path + query)
            return
        body = self.random.choice(BODIES) if self.random.random() < 0.25 else json.dumps(self._body())
        self.request(method, path + query, data=body, content_type='application/json')

    def _body(self):
        some = {self.random.choice(self.keys): self.random.choice(VALUES) for _ in range(self.random.choice((1, 2, 4)))}
        return self.random.choice(
            (some, some, some, [some], [{'id': self.random.choice(VALUES), **some}], [some, some])
        )

    def _query(self) -> str:
        names = [self.random.choice((*self.keys, *NAMES)) for _ in range(self.random.choice((1, 1, 2)))]
        suffixes = ('', '', '', '__n', '__ic', '__regex', '__gte', '__empty', '_id')
        return '?' + encoded({f'{name}{self.random.choice(suffixes)}': [self.random.choice(TEXTS)] for name in names})

    def request(self, method: str, path: str, **sent) -> int:
        """Send a request, and keep it if it fails; return the status."""
        self.sent += 1
        self._error = None
        try:
            with transaction.atomic():
                response = getattr(self.client, method)(path, **sent)
                transaction.set_rollback(True)
        finally:
            transaction.get_connection().needs_rollback = False
        self.answers[response.status_code] += 1
        if response.status_code >= 500:
            place = where(self._error)
            shown = f'{method} {path} {sent}'
            self.failures.setdefault(place, shown if len(shown) < 3000 else f'{shown[:1500]} ... {shown[-600:]}')
        return response.status_code


def encoded(data: dict) -> str:
    """Return a query string."""
    # Longer ones no server takes.
    return urlencode({name: [text[:8000] for text in texts] for name, texts in data.items()}, doseq=True)


def where(error: BaseException | None) -> str:
    """Return what an error is, and the last places that it went through."""
    if error is None:
        return 'no exception'
    places, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f'{code.co_filename.rpartition("site-packages/")[2]}:{trace.tb_lineno} {code.co_name}')
        trace = trace.tb_next
    shown = [place for place in places if 'django/db' not in place][-7:]
    return f'{type(error).__name__}: {str(error)[:200]}\n    ' + '\n    '.join(shown)
