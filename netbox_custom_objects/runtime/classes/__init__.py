"""Classes of types: built from definitions, kept on islands, found by context."""
