"""
Many clients at once, of a NetBox as in production: they delete core objects, open pages, and change types meanwhile;
they edit and delete the same objects, and objects that refer to each other.

Nothing may answer with an error of the server's, whatever class a process has in memory. With `NCO_LONG=1`, fifty
clients go on for a minute.
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
from netbox_custom_objects.services.upkeep.integrity import find_dangling
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import Fork

LONG = bool(os.environ.get('NCO_LONG'))
CLIENTS = {'delete': 15, 'browse': 15, 'edit_types': 10, 'edit_objects': 10}
if not LONG:
    # As many as the server has threads, and some more that wait.
    CLIENTS = {action: count * 2 // 5 for action, count in CLIENTS.items()}
SECONDS = 60 if LONG else 4
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

    def run(self, seconds: int, clients: dict[str, int]) -> None:
        """Let clients repeat their actions, the methods of these names, each in a thread of its own."""
        threads = [
            threading.Thread(target=self._work, args=(getattr(self, name),), daemon=True)
            for name, count in clients.items()
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
        """Create a site, let objects refer to it, and delete it."""
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
        """Make a type that refers to sites and change it; change a type that all use. What is locked is 409."""
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

    # Actions on objects of a few types that refer to each other. 400: a target has gone since its id was read.

    def link(self, ask) -> None:
        """Let objects refer to others, some of which are being deleted."""
        kind = random.choice(('node', 'peer'))
        pk = self._any(ask, kind)
        if pk is None or random.random() < 0.3:
            # 404: another client deletes the object before the answer is made, as in `remove`.
            ask('POST', f'{API}{kind}/', 201, 400, 404, 409, **self._targets(ask))
        else:
            ask('PATCH', f'{API}{kind}/{pk}/', 200, 400, 404, 409, **self._targets(ask))

    def unlink(self, ask) -> None:
        """Delete what others refer to. 409: one of them protects it."""
        kind = random.choice(('node', 'peer'))
        if (pk := self._any(ask, kind)) is not None:
            ask('DELETE', f'{API}{kind}/{pk}/', 204, 404, 409)
        site = ask('GET', '/api/dcim/sites/?limit=5&brief=1', 200)['results'][-1]['id']
        if random.random() < 0.3:
            ask('DELETE', f'/api/dcim/sites/{site}/', 204, 404, 409)
            name = f'site-{self.number()}'
            ask('POST', '/api/dcim/sites/', 201, name=name, slug=name)

    def _any(self, ask, kind: str) -> int | None:
        found = ask('GET', f'{API}{kind}/?limit=6&ordering=-id&brief=1', 200)['results']
        return random.choice(found)['id'] if found else None

    def _targets(self, ask) -> dict:
        node, peer, other = self._any(ask, 'node'), self._any(ask, 'peer'), self._any(ask, 'node')
        site = ask('GET', '/api/dcim/sites/?limit=5&brief=1', 200)['results'][-1]['id']
        found = {'keeper': peer, 'follower': node, 'place': site, 'anything': None}
        if other is not None:
            found['others'] = [other]
            found['anything'] = {'_content_type': self.node_label, 'id': other}
        return {name: value for name, value in found.items() if random.random() < 0.5}

    # Actions on the same few objects.

    def update(self, ask) -> None:
        """Change an object that other clients are deleting, by itself or in a list."""
        if (pk := self._any(ask, 'node')) is None:
            return
        title = str(self.number())
        if random.random() < 0.7:
            ask('PATCH', f'{API}node/{pk}/', 200, 404, 409, title=title)
        else:
            ask('PATCH', f'{API}node/', 200, 400, 409, body=[{'id': pk, 'title': title}])

    def remove(self, ask) -> None:
        """Create an object that other clients will change, and delete one."""
        ask('POST', f'{API}node/', 201, 404, 409, title='x')
        if (pk := self._any(ask, 'node')) is not None:
            ask('DELETE', f'{API}node/{pk}/', 204, 404, 409)


class Asker:
    """Sends one request, and counts how it was answered."""

    def __init__(self, load: Load, api: requests.Session, pages: requests.Session):
        self.load, self.api, self.pages = load, api, pages

    def __call__(self, method: str, path: str, *expected: int, body=None, **data) -> dict:
        http, verb = (self.pages, 'GET') if method == 'PAGE' else (self.api, method)
        url = self.load.server.url + path
        answer = http.request(verb, url, json=body or data or None, allow_redirects=False, timeout=120)
        with self.load._lock:
            self.load.answers[method, answer.status_code] += 1
            if answer.status_code not in expected or (answer.status_code == 400 and not _is_about_what_went(answer)):
                self.load.failures.append(f'{method} {path} {data}: {answer.status_code} {answer.text[:600]}')
        is_json = answer.headers.get('Content-Type', '').startswith('application/json')
        return answer.json() if is_json and answer.status_code < 400 and answer.content else {}


def _is_about_what_went(answer: requests.Response) -> bool:
    """Whether the request was refused for naming an object that another client has deleted."""
    errors = answer.json()
    names = set(errors['errors'][0]['errors']) if 'errors' in errors else set(errors)
    return names <= {'id', 'place', 'places', 'keeper', 'follower', 'others', 'anything'}


@pytest.mark.slow
def test_many_clients_meet_no_error(fresh_database):
    user = User.objects.create_superuser('root')
    client = Client()
    client.force_login(user)
    for name in ('feed', 'cable'):
        kind = make_type(name, fields=[{'name': 'title', 'primary': True}])
        make_field(kind, 'place', 'object', target=Site, on_delete_behavior='set_null')
        make_field(kind, 'places', 'multiobject', target=Site)
    site = Site.objects.create(name='Here', slug='here')
    make_object(kind, title='first', place=site, places=[site])
    with start_netbox(fresh_database.name, processes=2, threads=8, jobs=False, start=Fork) as server:
        load = Load(server, client.cookies[settings.SESSION_COOKIE_NAME].value)
        load.run(SECONDS, CLIENTS)
    log = (LOGS / f'{fresh_database.name}-web.log').read_text(errors='replace')
    answers = ', '.join(f'{method} {status}: {count}' for (method, status), count in sorted(load.answers.items()))
    print(f'{SECONDS} s, {sum(load.answers.values())} requests: {answers}')
    assert not load.failures, '\n'.join(load.failures[:10])
    assert not [line for line in log.splitlines() if any(sign in line for sign in WRONG_CLASS)]
    assert sum(load.answers.values()) > 2 * sum(CLIENTS.values())


@pytest.fixture
def linked_types(fresh_database):
    """Two types that refer to each other, to themselves and to sites, in every way; return the one that is `node`."""
    node, peer = (make_type(name, fields=[{'name': 'title', 'primary': True}]) for name in ('node', 'peer'))
    for kind in (node, peer):
        make_field(kind, 'keeper', 'object', target=peer, on_delete_behavior='protect')
        make_field(kind, 'follower', 'object', target=node, on_delete_behavior='cascade')
        make_field(kind, 'place', 'object', target=Site, on_delete_behavior='set_null')
        make_field(kind, 'others', 'multiobject', target=node)
        make_field(kind, 'anything', 'object', targets=[node, Site])
    for number in range(5):
        Site.objects.create(name=f'first-{number}', slug=f'first-{number}')
    return node


@pytest.mark.slow
@pytest.mark.parametrize('clients', [{'link': 5, 'unlink': 3}, {'update': 5, 'remove': 3}], ids='+'.join)
def test_clients_that_change_and_delete_the_same_objects(linked_types, fresh_database, clients):
    user = User.objects.create_superuser('root')
    client = Client()
    client.force_login(user)
    with start_netbox(fresh_database.name, processes=2, threads=8, jobs=False, start=Fork) as server:
        load = Load(server, client.cookies[settings.SESSION_COOKIE_NAME].value)
        load.node_label = f'netbox_custom_objects.table{linked_types.pk}model'
        load.run(SECONDS, clients)
    answers = ', '.join(f'{method} {status}: {count}' for (method, status), count in sorted(load.answers.items()))
    print(f'{SECONDS} s, {sum(load.answers.values())} requests: {answers}')
    assert not load.failures, '\n'.join(load.failures[:10])
    assert list(find_dangling('default')) == []
    assert sum(load.answers.values()) > 20
