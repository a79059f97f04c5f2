"""URLs of objects but for their keys: looking one up takes longer than what a list shows of the object."""

from django.urls import reverse

from .memo import per_type

# Stands for the key of an object.
KEY = 9007199254740993


@per_type
def around_key(model, viewname: str, script_prefix: str, urlconf: str | None) -> list[str]:
    """
    Return what comes before the key of an object in the URL of a view, and what comes after it.

    Args:
        model: the class of the object
        viewname: the view's name
        script_prefix: below which path NetBox is, and
        urlconf: which addresses there are: those of the current thread
    """
    url = reverse(viewname, kwargs={'pk': KEY, 'custom_object_type': model._definition.slug})
    return url.rsplit(str(KEY), 1)
