"""Custom objects in NetBox's GraphQL API: one schema for each set of types that a user may view (ADR 27)."""
