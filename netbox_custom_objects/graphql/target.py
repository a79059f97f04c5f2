"""The object that `linked_custom_objects` is asked about, by its type and ID."""

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from utilities.permissions import get_permission_for_model

from ..api.serializers.fields import find_object_type
from ..field_types.shared.bounds import whole_number
from .errors import NotFound, WrongInput


def target_of(object_type: str, object_id: str, user):
    """
    Return an object by its type, such as `dcim.site` or `custom-objects.<slug>`, and its ID.

    Raises:
        WrongInput: the type does not exist
        NotFound: the object does not exist, or the user may not view it
    """
    app_label, dot, name = object_type.partition('.')
    if not dot or not app_label or not name or '\x00' in object_type:
        raise WrongInput(_('object_type must be an app label and a model, such as dcim.site.'))
    found = find_object_type(app_label, name)
    if found is None:
        raise WrongInput(_('Unknown object type: {name}').format(name=object_type))
    model, pk = found.model_class(), whole_number(object_id)
    objects = model._default_manager.all()
    if hasattr(objects, 'restrict'):
        objects = objects.restrict(user, 'view')
    elif not user.has_perm(get_permission_for_model(model, 'view')):
        objects = objects.none()
    try:
        return objects.get(pk=-1 if pk is None else pk)
    except (ObjectDoesNotExist, OverflowError, ValueError):
        raise NotFound(_('The object does not exist.')) from None
