"""Pages of the constraints of custom object types."""
