"""
Every address of ours, asked by ten kinds of user: no name, value or count of a type that they may not view is shown.

What is hidden bears a mark in all of its names and values, and the number of its objects is one that nothing else has.
"""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client, TestCase
from django.urls import URLPattern, URLResolver, get_resolver

from core.models import Job, ObjectChange
from dcim.models import Site
from extras.models import JournalEntry, Tag
from netbox_branching.models import Branch

from netbox_custom_objects.models import (
    CustomObjectType,
    CustomObjectTypeConstraint,
    CustomObjectTypeField,
    Spreadsheet,
)
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.support.kept import KEEPER, read_again
from tests.support.staged import begin

from .rest import Rest, make_user, superuser
from .ui import ROOT, text_of

MARK = 'zyxqv'
COUNT = 613
ALL = ['view', 'add', 'change', 'delete']
HIDDEN = re.compile(rf'{MARK}|>\s*{COUNT}\s*<|"count": ?{COUNT}\b', re.IGNORECASE)
# A part of an address, as Django and as its routers write it.
PART = re.compile(r'<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^]]*\]|[^)])*\)')
PREFIXES = (ROOT, '/api/plugins/custom-objects/')
# NetBox's own pages that show something of ours.
CORE = ('/', f'/search/?q={MARK}', '/search/?q=value', '/dcim/sites/{site}/', '/dcim/sites/{site}/custom-objects/',
        '/dcim/sites/{site}/delete/', '/htmx/object-selector/?_model=netbox_custom_objects.table{type}model',
        '/htmx/object-selector/?_model=netbox_custom_objects.table{type}model&_search=1', '/api/core/jobs/',
        '/core/jobs/')  # fmt: skip


class Scene:
    """
    A site and a type that are shown, and a type that is not: it refers to both, and a staged change of it is under way.
    """

    def __init__(self):
        self.site = Site.objects.create(name='Berlin', slug='berlin')
        self.shown = make_type('shown', fields=[
            {'name': 'title', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site},
        ])  # fmt: skip
        make_constraint(self.shown, 'shown rule', expression="title != 'x'")
        self.visible = make_object(self.shown, title='value to be found', place=self.site)
        self.hidden = self.make_hidden()

    def make_hidden(self):
        targets = [self.shown, Site]
        made = make_type(f'{MARK}_type', group_name=f'{MARK} group', description=f'{MARK} text', fields=[
            {'name': f'{MARK}_title', 'primary': True, 'label': f'{MARK} label', 'suggest_values': True},
            {'name': f'{MARK}_choice', 'type': 'select', 'choices': [f'{MARK}-choice']},
            {'name': f'{MARK}_place', 'type': 'object', 'target': Site},
            {'name': f'{MARK}_ref', 'type': 'object', 'target': self.shown},
            {'name': f'{MARK}_refs', 'type': 'multiobject', 'targets': targets},
        ])  # fmt: skip
        with TestCase.captureOnCommitCallbacks(execute=True):
            obj = make_object(made, **{
                f'{MARK}_title': f'{MARK}-value', f'{MARK}_choice': f'{MARK}-choice', f'{MARK}_place': self.site,
                f'{MARK}_ref': self.visible, f'{MARK}_refs': [self.visible, self.site],
            })  # fmt: skip
        model = made.get_model()
        others = ({f'{MARK}_title': f'{MARK}-{number}', f'{MARK}_place': self.site} for number in range(COUNT - 1))
        model.objects.bulk_create(model(**values) for values in others)
        make_constraint(made, f'{MARK} rule', expression=f"{MARK}_title != 'x'", message=f'{MARK} message')
        made.change = begin(made.fields.get(name=f'{MARK}_title'), unique=True)
        owner = superuser()
        Rest(owner).delete(f'custom-object-type-fields/{make_field(made, f"{MARK}_gone").pk}/')
        made.record = ObjectChange.objects.get(action='delete').pk
        made.sheet = Spreadsheet.objects.create(
            owner=owner,
            upload=uuid4(),
            file_name=f'{MARK}.csv',
            title=f'{MARK} sheet',
            headers=[f'{MARK} header'],
        )
        made.obj = obj
        return made


# A mark that is called with nothing but a class would be put on that.
pytestmark = pytest.mark.kept.with_args(Scene)


@pytest.fixture
def site(db):
    return read_again(KEEPER.value.site)


@pytest.fixture
def shown(db):
    return read_again(KEEPER.value.shown)


@pytest.fixture
def visible(db):
    return read_again(KEEPER.value.visible)


@pytest.fixture
def hidden(db):
    kept = KEEPER.value.hidden
    made = read_again(kept)
    made.change, made.obj = read_again(kept.change), read_again(kept.obj)
    made.sheet, made.record = kept.sheet, kept.record
    return made


# None of these has a right on the hidden type, or on its definition; None is somebody who is not logged in.
TYPES = CustomObjectType, ALL, {'name': 'shown'}
FIELDS = CustomObjectTypeField, ALL, {'custom_object_type__name': 'shown'}
CONSTRAINTS = CustomObjectTypeConstraint, ALL, {'custom_object_type__name': 'shown'}
USERS = {
    'without rights': [],
    'reader of objects': [('shown', ['view'], None)],
    'writer of objects': [('shown', ALL, None), (Site, ALL, None)],
    'constrained reader': [('shown', ['view'], {'title': 'nothing'})],
    'reader of types': [(CustomObjectType, ['view'], {'name': 'shown'})],
    'reader of fields': [TYPES, (CustomObjectTypeField, ['view'], {'custom_object_type__name': 'shown'})],
    'modeller': [TYPES, FIELDS, CONSTRAINTS, ('shown', ALL, None)],
    'viewer of jobs': [(Job, ['view'], None), (ObjectChange, ['view'], {'changed_object_type__model': 'site'})],
    'user of NetBox': [(Site, ALL, None), (Tag, ALL, None), (JournalEntry, ALL, None), (Branch, ALL, None)],
    'not logged in': None,
}


def patterns(resolver=None, prefix='/'):
    """Yield the addresses of ours, as (template, names of its parts)."""
    for found in (resolver or get_resolver()).url_patterns:
        route = prefix + str(found.pattern).lstrip('^')
        if isinstance(found, URLResolver):
            if any(part.startswith(route) or route.startswith(part) for part in PREFIXES):
                yield from patterns(found, route)
        elif isinstance(found, URLPattern) and route.startswith(PREFIXES) and 'format' not in route:
            yield route.removesuffix('$').replace('\\', '')


def addresses(hidden, shown, visible):
    """Yield every address of ours, once about what is hidden and once about what is shown."""
    for kind, obj in ((hidden, hidden.obj), (shown, visible)):
        field, rule = kind.fields.order_by('pk').first(), kind.constraints.get()
        values = {
            'custom_object_type': kind.slug, 'field_name': f'{MARK}_refs', 'target': 'dcim.site',
            'change': str(hidden.change.pk), 'action': 'cancel', 'path': 'a-page-of-another-plugin',
            'spreadsheet': str(hidden.sheet.pk), 'position': '0', 'name': 'dns', 'record': str(hidden.record),
        }  # fmt: skip
        for route in patterns():
            owner = next(
                found
                for part, found in (('types/', kind), ('fields/', field), ('constraints/', rule), ('', obj))
                if part in route
            )
            known = {**values, 'pk': str(owner.pk)}
            yield PART.sub(lambda match, known=known: known[match[1] or match[2]], route)


def leak(response, path: str) -> str:
    """Return what of the hidden things an answer holds; that the address holds the slug is the reader's own doing."""
    body = b''.join(response.streaming_content) if response.streaming else response.content
    text = body.decode()
    for own in (path, path.rstrip('/'), path.replace('/', '%2F'), json.dumps(path)[1:-1]):
        text = text.replace(own, '')
    text = text.replace(f'value="{MARK}"', '').replace(f'q={MARK}', '')
    found = HIDDEN.search(text)
    return text[max(found.start() - 80, 0) : found.end() + 80] if found else ''


def requests(client, path: str):
    """Yield the answers to a GET and, of REST, to writes that are tried out."""
    yield client.get(path)
    if path.startswith('/api/plugins/'):
        for method in (client.options, client.patch, client.delete):
            yield method(f'{path}?dry_run=true', '{}', content_type='application/json')


@pytest.mark.parametrize('kind', USERS)
def test_nothing_is_shown(kind, shown, visible, hidden, site):
    paths = sorted(set(addresses(hidden, shown, visible)))
    assert len(paths) > 100
    paths += [path.format(site=site.pk, type=hidden.pk) for path in CORE]
    client, leaks = Client(), []
    if (grants := USERS[kind]) is not None:
        grants = [(shown if model == 'shown' else model, *more) for model, *more in grants]
        client.force_login(make_user('user', *grants))
    for path in paths:
        for response in requests(client, path):
            assert response.status_code < 500, path
            if found := leak(response, path):
                leaks.append((response.request['REQUEST_METHOD'], path, response.status_code, found))
    assert not leaks, '\n'.join(map(str, leaks[:40])) + f'\n{len(leaks)}'


def test_the_mark_is_found_where_it_may_be_seen(shown, visible, hidden, site, admin_client):
    """The walk looks for what there is to find."""
    for path in (
        f'{ROOT}{MARK}-type/', f'{ROOT}custom-object-types/{hidden.pk}/', f'/dcim/sites/{site.pk}/custom-objects/',
        f'/api/plugins/custom-objects/{MARK}-type/{hidden.obj.pk}/', f'/search/?q={MARK}-value',
    ):  # fmt: skip
        assert leak(admin_client.get(path), path), path


def pairs(hidden):
    """Yield (method, address, data) about a type, to be asked of one that is hidden and of one that is not there."""
    api, types = '/api/plugins/custom-objects/', ('custom-objects.{slug}', 'netbox_custom_objects.{model}')
    for method in ('get', 'post', 'patch', 'delete', 'options'):
        for path in ('{slug}/', '{slug}/{pk}/', '{slug}/?dry_run=true'):
            yield method, api + path, None if method == 'get' else {}
    for page in (
        '',
        'add/',
        '{pk}/',
        '{pk}/edit/',
        '{pk}/delete/',
        '{pk}/changelog/',
        'bulk-import/',
        'edit/',
        'delete/',
    ):
        yield 'get', f'{ROOT}{{slug}}/{page}', None
        yield 'post', f'{ROOT}{{slug}}/{page}', None
    yield 'get', f'{api}linked-objects/?object_type=dcim.site&object_id={{site}}&type={{slug}}', None
    yield 'get', '/dcim/sites/{site}/custom-objects/?type={slug}', None
    rule = {'custom_object_type': '{type}', 'name': 'novel', 'type': 'check', 'expression': f'{MARK}_titles == 1'}
    yield 'post', f'{api}custom-object-type-constraints/?dry_run=true', rule
    yield 'post', f'{ROOT}custom-object-type-constraints/add/', rule
    yield 'get', f'{ROOT}custom-object-type-constraints/add/?custom_object_type={{type}}&type=unique', None
    for name in types:
        yield 'get', f'{api}linked-objects/?object_type={name}&object_id={{pk}}', None
        app_label, model = name.split('.')
        target = {'app_label': app_label, 'model': model}
        field = {'custom_object_type': '{shown}', 'name': 'novel', 'type': 'object'}
        yield 'post', f'{api}custom-object-type-fields/?dry_run=true', {**field, **target}
        yield 'post', f'{api}custom-object-type-fields/?dry_run=true', {**field, 'related_object_type': target}
        many = {**field, 'is_polymorphic': True, 'related_object_types_input': [target]}
        yield 'post', f'{api}custom-object-type-fields/?dry_run=true', many
        for column in ('related_object_type', 'related_object_types'):
            polymorphic = 'true' if column.endswith('s') else 'false'
            row = f'shown,novel,object,{polymorphic},{name}'
            yield (
                'post',
                f'{ROOT}custom-object-type-fields/import/',
                f'custom_object_type,name,type,is_polymorphic,{column}\n{row}',
            )
    yield 'get', '/htmx/object-selector/?_model=netbox_custom_objects.{model}', None
    yield 'get', '/htmx/object-selector/?_model=netbox_custom_objects.{model}&_search=1', None


def ask(client, method, path, data, names):
    """Return the status of an answer, and what it says, without the names of what was asked for."""

    def filled(value):
        text = json.dumps(value)
        for name, content in names.items():
            text = text.replace(f'{{{name}}}', str(content))
        return json.loads(text)

    path, sent = filled(path), filled(data)
    if isinstance(sent, str):
        sent = {'data': sent, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        response = client.post(path, sent)
    elif sent is None:
        response = getattr(client, method)(path)
    else:
        response = getattr(client, method)(path, json.dumps(sent), content_type='application/json')
    text = response.content.decode()
    if response.headers.get('Content-Type', '').startswith('text/html'):
        text = text_of(text)
    text += response.headers.get('Location', '')
    for name in ('slug', 'model'):
        text = text.replace(names[name], name)
    # Times, and numbers of requests and pages.
    return response.status_code, re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}|\d+', '', text)


@pytest.mark.parametrize('kind', ['without rights', 'reader of objects', 'modeller', 'not logged in'])
def test_what_is_hidden_is_answered_as_what_is_not_there(kind, shown, visible, hidden, site):
    client = Client()
    if (grants := USERS[kind]) is not None:
        grants = [(shown if model == 'shown' else model, *more) for model, *more in grants]
        client.force_login(make_user('user', *grants, (Site, ['view'], None)))
    common = {'site': site.pk, 'shown': shown.pk}
    there = {'slug': hidden.slug, 'model': f'table{hidden.pk}model', 'type': hidden.pk, 'pk': hidden.obj.pk, **common}
    absent = {'slug': 'absentz-type', 'model': 'table987model', 'type': 987, 'pk': hidden.obj.pk, **common}
    told = []
    for method, path, data in pairs(hidden):
        first, second = ask(client, method, path, data, there), ask(client, method, path, data, absent)
        if first != second:
            told.append((method, path, data, first, second))
    assert not told, '\n'.join(map(str, told[:20])) + f'\n{len(told)}'
