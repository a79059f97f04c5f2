"""Pages of custom objects."""
