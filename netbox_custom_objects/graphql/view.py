"""The view that answers `/graphql/` in place of NetBox's: the same, with the schema of the user who asks."""

from cross_web import HTTPException
from django.db import DatabaseError
from django.utils.translation import gettext as _

from netbox.graphql.views import NetBoxGraphQLView

from ..ddl.target import Target
from ..runtime.context import current_alias
from .composed import schema_for

# NetBox's name of the page.
VIEW_NAME = 'graphql'


class GraphQLView(NetBoxGraphQLView):
    """NetBox's view, which obeys GRAPHQL_ENABLED and authenticates the user before it needs a schema."""

    def __init__(self, **kwargs):
        self._schema = None
        super().__init__(schema=None, **kwargs)

    @property
    def schema(self):
        if self._schema is None:
            self._schema = schema_for(self.request.user)
        return self._schema

    @schema.setter
    def schema(self, schema):
        """Ignore the one schema that Strawberry's view is made with."""

    def execute_operation(self, *args, **kwargs):
        """Answer a query; if its branch has been deleted since the request began, say that, and not what failed."""
        try:
            found = super().execute_operation(*args, **kwargs)
        except DatabaseError:
            _refuse_deleted_branch()
            raise
        if found.errors:
            _refuse_deleted_branch()
        return found

    def parse_http_body(self, request):
        """Return what is asked; where Strawberry fails to read it, too, the answer is 400."""
        try:
            return super().parse_http_body(request)
        except (ValueError, RecursionError):
            # Bytes that are not UTF-8, numbers of thousands of digits, lists in lists without end.
            raise HTTPException(400, _('The request cannot be read as JSON.')) from None

    def parse_json(self, data):
        """Return what is written in JSON: an object or a list; `null` is as good as an empty object."""
        found = super().parse_json(data)
        if found is None:
            return {}
        if not isinstance(found, (dict, list)):
            raise HTTPException(400, _('The request must be a JSON object.'))
        return found


def _refuse_deleted_branch() -> None:
    if not Target.for_alias(current_alias()).exists():
        raise HTTPException(404, _('The branch has been deleted.'))
