"""
Middleware that refuses invalid parameters of the plugin's pages with status 400.

NetBox's generic views hand IDs on to the database as they are sent, and read documents without expecting that these can
be nested too deeply; forms and filters refuse everything else under the name of their inputs.
"""

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

from ..constants import APP_LABEL
from ..field_types.shared.bounds import whole_number

# Inputs and parameters that NetBox's views take for IDs without a form.
ID_INPUTS = ('pk',)
ID_PARAMETERS = ('tableconfig_id',)
RETURN_URL = 'return_url'


class BoundedInputMiddleware:
    """Looks at requests for the plugin's own pages, and its tabs of other objects, before their views do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if _is_ours(view_func):
            check(request)

    def process_exception(self, request, exception):
        found = request.resolver_match
        if found and _is_ours(found.func) and is_out_of_bounds(exception):
            return bad_request(request, exception)
        return None


def _is_ours(view_func) -> bool:
    """Whether a view is a page of ours. The endpoints of REST, which have a `cls`, name what they refuse themselves."""
    view_class = getattr(view_func, 'view_class', None)
    return not hasattr(view_func, 'cls') and getattr(view_class, '__module__', '').startswith(f'{APP_LABEL}.')


def check(request) -> None:
    """Raise BadRequest for an ID or an address to return to that cannot be one, or a null character."""
    for name, texts in request.GET.lists():
        if '\x00' in name or any('\x00' in text for text in texts):
            raise BadRequest(_('Null characters are not allowed.'))
        if name in ID_PARAMETERS and any(whole_number(text) is None for text in texts):
            raise BadRequest(_('{name} must be the ID of an object.').format(name=name))
    for address in (*request.GET.getlist(RETURN_URL), *request.POST.getlist(RETURN_URL)):
        # Django would take it for the name of a view.
        if address and '/' not in address and '.' not in address:
            raise BadRequest(_('{name} must be a URL.').format(name=RETURN_URL))
    for name in ID_INPUTS:
        if any(whole_number(text) is None for text in request.POST.getlist(name)):
            raise BadRequest(_('{name} must be the ID of an object.').format(name=name))


def is_out_of_bounds(exception: Exception) -> bool:
    """Whether Python gave up reading a document or a number because of its size."""
    return isinstance(exception, RecursionError) or (
        isinstance(exception, ValueError) and 'integer string conversion' in str(exception)
    )
