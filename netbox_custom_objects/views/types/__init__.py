"""Pages of custom object types."""
