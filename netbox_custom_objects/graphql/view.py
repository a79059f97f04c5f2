"""The view that answers `/graphql/` in place of NetBox's: the same, with the schema of the user who asks."""

from netbox.graphql.views import NetBoxGraphQLView

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
