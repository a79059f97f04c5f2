"""A design that is stored in a branch that is made for it, and merged; main stays as it is until then."""

import pytest

from core.models import Job
from netbox_branching.models import Branch

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.views.types.in_branch import DesignInBranchJob
from tests.support.factories import make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, form_of, text_of


@pytest.fixture
def queued(monkeypatch):
    """What was queued: the job is carried out by the test."""
    found = []
    enqueue = DesignInBranchJob.enqueue

    def note(**arguments):
        found.append(arguments)
        return enqueue(**arguments)

    monkeypatch.setattr(DesignInBranchJob, 'enqueue', note)
    return found


def test_a_design_is_stored_in_a_new_branch(lab, queued):
    with lab.request():
        kind = make_type('lease', fields=[('title', 'text')])
    browser = Browser(lab.user)
    path = f'custom-object-types/{kind.pk}/design/'
    sent = form_of(browser.get(path))
    new = 'f00000001'
    sent |= {
        'row': [*sent['row'], new], f'{new}-name': ['price'], f'{new}-type': ['decimal'], '_branch': [''],
        f'{new}-search_weight': ['500'], f'{new}-filter_logic': ['loose'], f'{new}-ui_visible': ['always'],
        f'{new}-ui_editable': ['yes'], 'branch_name': ['prices'],
    }  # fmt: skip
    assert 'The new branch needs a name.' in text_of(browser.post(path, 200, **{**sent, 'branch_name': ['']}))
    assert 'price, Name' not in browser.post(path, 200, **{**sent, f'{new}-name': ['Bad Name']})
    looks = [(CustomObjectType, ['view', 'change'], None), (CustomObjectTypeField, ['view', 'add', 'change'], None)]
    Browser(make_user('modeller', *looks)).post(path, 403, **sent)
    narrow = Browser(make_user('narrow', *looks, (Branch, ['add'], {'name__startswith': 'n'})))
    assert 'Your permissions do not allow this branch.' in text_of(narrow.post(path, 200, **sent))
    assert 'Null characters are not allowed.' in text_of(browser.post(path, 200, **{**sent, 'branch_name': ['a\0']}))
    assert not Branch.objects.exists()
    browser.post(path, **{**sent, 'csrfmiddlewaretoken': ['secret']})
    assert browser.messages[-1].startswith('Branch prices is being made.')
    assert [field.name for field in kind.fields.all()] == ['title']
    (arguments,) = queued
    assert 'secret' not in arguments['sent']
    DesignInBranchJob(Job.objects.get()).work(type_id=arguments['type_id'], sent=arguments['sent'])
    branch = Branch.objects.get(name='prices')
    with lab.request(branch):
        assert {field.name for field in CustomObjectType.objects.get().fields.all()} == {'price', 'title'}
    assert [field.name for field in kind.fields.all()] == ['title']
    lab.merge(branch)
    assert {field.name for field in kind.fields.all()} == {'price', 'title'}
