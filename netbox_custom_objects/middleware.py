"""
The middleware that answers some of NetBox's own addresses with views of ours.

Must stay cheap: it is asked about every request.
"""

from .api.openapi.view import VIEW_NAME as SCHEMA
from .api.openapi.view import SchemaView
from .graphql.view import VIEW_NAME as GRAPHQL
from .graphql.view import GraphQLView


class ReplacedViewsMiddleware:
    """Lets all requests pass but those for NetBox's OpenAPI schema and for its GraphQL API."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.views = {SCHEMA: SchemaView.as_view(), GRAPHQL: GraphQLView.as_view()}

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        found = self.views.get(request.resolver_match.view_name)
        return None if found is None else found(request, *args, **kwargs)
