"""The OpenAPI schema with the endpoints of every type."""
