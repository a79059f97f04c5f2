"""What a process of NetBox with plugins from PyPI goes through; imported by that process."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from netbox_attachments.models import NetBoxAttachment, NetBoxAttachmentAssignment
from netbox_branch_review.models import ChangeRequest as BranchReview
from netbox_change_control.models import ChangeRequest, Policy
from netbox_contract.models import Contract, ContractAssignment
from netbox_documents.models import Document

from core.models import ObjectType
from dcim.models import Site
from netbox_branching.models import Branch
from utilities.views import get_action_url

from tests.neighbours.installed import BRANCHING, OURS
from tests.neighbours.scenario import TITLE, Visit, kind
from tests.support.branches import Lab, delete, edit
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of

# Their hundred migrations take two minutes; their tables are made from their models.
settings.MIGRATION_MODULES = {name: None for name in settings.PLUGINS if name not in (OURS, BRANCHING)}
RECORDS = (NetBoxAttachmentAssignment, Document, ContractAssignment)


def only(name):
    return kind(name).get_model().objects.get()


def start():
    call_command('migrate', run_syncdb=True, verbosity=0)


def attach():
    """Attach a record of each plugin to an object, to one of a type that was made a moment ago, and to a site."""
    attachment = NetBoxAttachment.objects.create(name='leaflet', file='leaflet.txt')
    contract = Contract.objects.create(name='contract', internal_party='a')
    for obj in (only('cat'), only('ant'), Site.objects.create(name='S', slug='s')):
        NetBoxAttachmentAssignment.objects.create(
            attachment=attachment, object_type=ObjectType.objects.get_for_model(obj), object_id=obj.pk
        )
        Document.objects.create(
            name='document', external_url='https://example.org/', document_type='other', assigned_object=obj
        )
        ContractAssignment.objects.create(contract=contract, content_object=obj)


def panels():
    """Each plugin has its panel or tab, in main and in a branch, on objects of all types."""
    lab = Lab()
    branch = Branch.objects.filter(name='panels').first() or lab.branch('panels')
    for visit in (Visit(lab), Visit(lab, branch)):
        for obj in (only('cat'), only('ant')):
            page = text_of(visit.page(obj))
            for text in ('Attachment Assignments', 'document', 'Contracts'):
                assert text in page, (obj, text, page)
            assert 'contract' in text_of(visit.page(obj, 'contracts/')), obj
        for slug in ('cats', 'ants'):
            visit.browser.get(f'{slug}/{visit.query}')
    Visit(lab).browser.get('/plugins/netbox_topology_views/coordinate-groups/')


def tabs():
    """netbox-custom-objects-tab shows the objects that refer to one, of the types that there were at the start."""
    lab, tom = Lab(), only('cat')
    for visit in (Visit(lab), Visit(lab, Branch.objects.get(name='panels'))):
        assert f'/cats/{tom.pk}/custom-objects-dogs/"' in visit.page(tom)
        page = visit.page(tom, 'custom-objects-dogs/')
        for name in ('Rex', 'Bello', 'Fido'):
            dog = kind('dog').get_model().objects.get(title=name)
            assert f'<a href="{dog.get_absolute_url()}">{name}</a>' in page, page
        assert f'chases={tom.pk}' in page
        for field in ('friends__netbox_custom_objects__', 'owner_of__ct='):
            assert field in page


def reviews():
    """A branch with a type and objects of its own has the pages of both plugins, and our check beside theirs."""
    lab = Lab()
    branch = lab.branch('lynxes')
    with lab.request(branch):
        lynx = make_type('lynx', slug='lynxes', fields=TITLE)
        make_field(lynx, 'prey', type='object', target=kind('cat'))
        make_field(kind('cat'), 'sound')
        make_object(lynx, title='Lin', prey=edit(only('cat'), title='Tim'))
    browser = Visit(lab).browser
    for path in ('', 'diff/', 'changes-ahead/', 'changes-merged/', 'schema-changes/', 'merge-check/'):
        browser.get(branch.get_absolute_url() + path)
    _change_control(lab, branch, lynx, browser)
    review = BranchReview.objects.create(branch=branch, title='Lynxes', requested_by=lab.user)
    for path in ('', f'{review.pk}/edit/', f'{review.pk}/'):
        page = browser.get(f'/plugins/branch-review/{path}')
    assert 'Lin' in text_of(page), text_of(page)
    # Our check refuses a name that main has given away meanwhile, whatever reviewers say.
    with lab.request():
        make_type('lynx', slug='lynxes', fields=TITLE)
    branch = lab.fresh(branch)
    answers = [check(branch) for check in Branch._preaction_validators['merge']]
    refusals = [str(found.message) for found in answers if not found.permitted]
    assert any('lynx' in refusal for refusal in refusals), answers
    assert not branch.can_merge.permitted
    with lab.request():
        delete(kind('lynx'))
    review.delete()


def _change_control(lab, branch, lynx, browser):
    """A policy is bound to changes by the object type of the branch's own type; both objects are in the diff."""
    base = '/plugins/change-control/'
    policies = [Policy.objects.create(name=name) for name in ('all', 'lynxes')]
    policies[1].object_types.add(lynx.object_type)
    request = ChangeRequest.objects.create(branch=branch, title='Lynxes', requester=lab.user)
    assert request.submit()
    assert {found.policy.name for found in request.policy_bindings.all()} == {'all', 'lynxes'}
    page = f'{base}change-requests/{request.pk}/'
    browser.post(f'{page}run-checks/')
    for path in ('', 'changes/', 'reviews/', 'edit/'):
        browser.get(page + path)
    for path in ('change-requests/', 'policies/', f'policies/{policies[1].pk}/', 'checks/', 'reviews/'):
        browser.get(base + path)
    changes = text_of(browser.get(f'{page}changes/'))
    assert 'Lin' in changes, changes
    assert 'Tim' in changes, changes


def deletion():
    """A custom object leaves behind what a site leaves behind; pages of all plugins go on."""
    lab, site = Lab(), Site.objects.get()
    content_type = ContentType.objects.get_for_model(Site)
    with lab.request():
        delete(site)
    left = {record: _left(record, content_type) for record in RECORDS}
    assert left == {NetBoxAttachmentAssignment: 0, Document: 1, ContractAssignment: 1}
    types = {name: ContentType.objects.get_for_model(only(name)) for name in ('cat', 'ant')}
    with lab.request():
        delete(only('cat'))
    with lab.request():
        delete(kind('ant'))
    for name, content_type in types.items():
        assert {record: _left(record, content_type) for record in RECORDS} == left, name
    browser = Visit(lab).browser
    # The list of documents fails with NetBox 4.7, custom objects or not: its actions are those of older releases.
    lists = (get_action_url(record, 'list') for record in RECORDS if record is not Document)
    for page in ('/core/changelog/', 'custom-object-types/', *lists):
        browser.get(page)


def _left(record, content_type):
    name = 'object_type' if record is NetBoxAttachmentAssignment else 'content_type'
    return record.objects.filter(**{name: content_type}).count()
