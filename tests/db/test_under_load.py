"""
Many clients at once, of a NetBox as in production: they delete core objects, open pages, and change types meanwhile.

Nothing may answer with an error of the server's, whatever class a process has in memory. `NCO_LONG=1` goes on for a
minute.
"""

import os
import random
import threading
import time
from collections import Counter

import pytest
import requests
from django.conf import settings
from django.test import Client

from dcim.models import Site
from users.models import User

from dev.paths import LOGS
from dev.serve import start_netbox
from tests.support.factories import make_field, make_object, make_type

CLIENTS = {'delete': 15, 'browse': 15, 'edit types': 10, 'edit objects': 10}
SECONDS = 60 if os.environ.get('NCO_LONG') else 8
API = '/api/plugins/custom-objects/'
# What a class of an older revision, or of another branch, is refused with.
WRONG_CLASS = ('must be a', 'UndefinedTable', 'UndefinedColumn', 'maximum recursion', 'deadlock detected')


class Load:
    """What the clients do, and what they were answered."""

    def __init__(self, server, session: str):
        self.server, self.session = server, session
        self.answers: Counter = Counter()
        self.failures: list[str] = []
        self.stopped = threading.Event()
        self._numbers = iter(range(10**9))
        self._lock = threading.Lock()

    def number(self) -> int:
        with self._lock:
            return next(self._numbers)

    def run(self, seconds: int) -> None:
        actions = {
            'delete': self.delete, 'browse': self.browse, 'edit types': self.edit_types,
            'edit objects': self.edit_objects,
        }  # fmt: skip
        threads = [
            threading.Thread(target=self._work, args=(actions[name],), daemon=True)
            for name, count in CLIENTS.items()
            for _ in range(count)
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stopped.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)

    def _work(self, action) -> None:
        # Pages know sessions, and the REST API takes a session for the sender of a form.
        with requests.Session() as api, requests.Session() as pages:
            api.headers.update(self.server.headers)
            pages.cookies.set(settings.SESSION_COOKIE_NAME, self.session)
            while not self.stopped.is_set():
                try:
                    action(Asker(self, api, pages))
                except Exception as error:
                    self.failures.append(f'{action.__name__}: {type(error).__name__}: {error}')

    # Actions

    def delete(self, ask) -> None:
        """Create a site, let objects point at it, and delete it."""
        name = f'site-{self.number()}'
        site = ask('POST', '/api/dcim/sites/', 201, name=name, slug=name)
        for kind in ('feed', 'cable'):
            ask('POST', f'{API}{kind}/', 201, 400, title=name, place=site['id'], places=[site['id']])
        ask('DELETE', f'/api/dcim/sites/{site["id"]}/', 204)

    def browse(self, ask) -> None:
        """Open pages of sites, some of which are being deleted."""
        found = ask('GET', '/api/dcim/sites/?limit=20&ordering=-id', 200)['results']
        pk = random.choice(found)['id']
        ask('PAGE', '/dcim/sites/', 200)
        ask('PAGE', f'/dcim/sites/{pk}/', 200, 404)
        ask('PAGE', f'/dcim/sites/{pk}/custom-objects/', 200, 404)
        ask('PAGE', f'/dcim/sites/{pk}/delete/', 200, 404)
        ask('GET', f'{API}linked-objects/?object_type=dcim.site&object_id={pk}', 200, 404)
        ask('PAGE', '/plugins/custom-objects/feed/', 200)

    def edit_types(self, ask) -> None:
        """Make a type that points at sites and change it; change a type that all use. What is locked is 409."""
        name = f'kind_{self.number()}'
        made = ask('POST', f'{API}custom-object-types/', 201, 409, name=name, slug=name)
        shared = ask('GET', f'{API}custom-object-types/?slug=feed', 200)['results'][0]
        fields = []
        for type_id in (made.get('id'), shared['id']):
            if type_id is None:
                continue
            for extra in ({'type': 'text'}, {'type': 'object', 'app_label': 'dcim', 'model': 'site'}):
                values = {'custom_object_type': type_id, 'name': f'extra_{self.number()}', **extra}
                fields.append(ask('POST', f'{API}custom-object-type-fields/', 201, 409, **values))
        for field in fields:
            if 'id' in field:
                path = f'{API}custom-object-type-fields/{field["id"]}/'
                ask('PATCH', path, 200, 409, name=f'renamed_{self.number()}')
                ask('DELETE', path, 204, 409)
        if 'id' in made:
            ask('DELETE', f'{API}custom-object-types/{made["id"]}/', 204, 409)

    def edit_objects(self, ask) -> None:
        """Read and write objects of the types that are being changed."""
        kind = random.choice(('feed', 'cable'))
        sites = ask('GET', '/api/dcim/sites/?limit=20&ordering=-id&brief=1', 200)['results']
        site = random.choice(sites)['id']
        made = ask('POST', f'{API}{kind}/', 201, 400, title='x', place=site)
        ask('GET', f'{API}{kind}/?limit=20', 200)
        if 'id' in made:
            # 400: another client deletes the object's site between its being read and its being checked.
            ask('PATCH', f'{API}{kind}/{made["id"]}/', 200, 400, title='y')
            ask('DELETE', f'{API}{kind}/{made["id"]}/', 204)


class Asker:
    """Sends one request, and counts how it was answered."""

    def __init__(self, load: Load, api: requests.Session, pages: requests.Session):
        self.load, self.api, self.pages = load, api, pages

    def __call__(self, method: str, path: str, *expected: int, **data) -> dict:
        http, verb = (self.pages, 'GET') if method == 'PAGE' else (self.api, method)
        url = self.load.server.url + path
        answer = http.request(verb, url, json=data or None, allow_redirects=False, timeout=120)
        with self.load._lock:
            self.load.answers[method, answer.status_code] += 1
            if answer.status_code not in expected or (answer.status_code == 400 and not _is_about_a_place(answer)):
                self.load.failures.append(f'{method} {path} {data}: {answer.status_code} {answer.text[:600]}')
        is_json = answer.headers.get('Content-Type', '').startswith('application/json')
        return answer.json() if is_json and answer.status_code < 400 and answer.content else {}


def _is_about_a_place(answer: requests.Response) -> bool:
    """Whether the request was refused for naming a site that another client has deleted."""
    return set(answer.json()) <= {'place', 'places'}


@pytest.mark.slow
def test_fifty_clients_meet_no_error(fresh_database):
    user = User.objects.create_superuser('root')
    client = Client()
    client.force_login(user)
    for name in ('feed', 'cable'):
        kind = make_type(name, fields=[{'name': 'title', 'primary': True}])
        make_field(kind, 'place', 'object', target=Site, on_delete_behavior='set_null')
        make_field(kind, 'places', 'multiobject', target=Site)
    site = Site.objects.create(name='Here', slug='here')
    make_object(kind, title='first', place=site, places=[site])
    with start_netbox(fresh_database.name, processes=2, threads=8, jobs=False) as server:
        load = Load(server, client.cookies[settings.SESSION_COOKIE_NAME].value)
        load.run(SECONDS)
    log = (LOGS / f'{fresh_database.name}-web.log').read_text(errors='replace')
    answers = ', '.join(f'{method} {status}: {count}' for (method, status), count in sorted(load.answers.items()))
    print(f'{SECONDS} s, {sum(load.answers.values())} requests: {answers}')
    assert not load.failures, '\n'.join(load.failures[:10])
    assert not [line for line in log.splitlines() if any(sign in line for sign in WRONG_CLASS)]
    assert sum(load.answers.values()) > 2 * sum(CLIENTS.values())
