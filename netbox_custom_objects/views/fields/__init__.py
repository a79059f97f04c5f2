"""Pages of the fields of custom object types."""
