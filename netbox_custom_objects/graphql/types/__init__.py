"""The GraphQL types of the custom object types of one island."""
