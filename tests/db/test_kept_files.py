"""Files of images of deleted objects: there as long as the change log can bring the images back, and no longer."""

import pytest

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from extras.models import ImageAttachment

from netbox_custom_objects.models.kept_files import drop_lost_files
from netbox_custom_objects.services.upkeep.purge import PurgeRetiredJob
from tests.support.attachments import Scene
from tests.support.branches import close
from tests.surfaces.rest import Rest


@pytest.fixture
def scene(lab, plugin_settings):
    return Scene(lab, 1000, plugin_settings)


def forget(alias='default'):
    """As NetBox prunes its change log."""
    ObjectChange.objects.using(alias).filter(changed_object_type__model='imageattachment').delete()


def test_gone_once_no_record_can_bring_them_back(scene):
    image, pk = ImageAttachment.objects.get().image, scene.object.pk
    rest, wanted = Rest(scene.lab.user), {'custom_object_type': scene.type.pk, 'objects': [scene.object.pk]}
    rest.delete(f'thing/{pk}/')
    assert drop_lost_files() == 0
    rest.post('deleted/objects/restore/', wanted, expect=200)
    forget()
    assert drop_lost_files() == 0
    assert image.storage.exists(image.name)
    rest.delete(f'thing/{pk}/')
    forget()
    # Another row has the picture.
    site = Site.objects.create(name='Here', slug='here')
    where = {'object_type': ObjectType.objects.get_for_model(Site), 'object_id': site.pk}
    other = ImageAttachment(image=image.name, **where)
    ImageAttachment.objects.bulk_create([other])
    assert drop_lost_files() == 0
    assert image.storage.exists(image.name)


def test_gone_after_a_merge(scene):
    """Once main and the branch, which may be reverted, have no record; a job looks each day."""
    image, branch = ImageAttachment.objects.get().image, scene.lab.branch()
    Rest(scene.lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id).delete(f'thing/{scene.object.pk}/')
    scene.lab.merge(branch)
    assert not ImageAttachment.objects.exists()
    forget(branch.connection_name)
    assert drop_lost_files() == 0
    forget()
    assert image.storage.exists(image.name)
    PurgeRetiredJob.enqueue(immediate=True)
    assert not image.storage.exists(image.name)
    close(branch)
