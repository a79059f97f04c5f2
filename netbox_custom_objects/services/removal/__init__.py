"""The removal of the plugin from a NetBox that goes on without it."""
