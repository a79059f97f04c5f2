"""Django's migrations all or not at all, on one node at a time."""
