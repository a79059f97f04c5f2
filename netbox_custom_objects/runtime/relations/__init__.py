"""The model fields of references, one module for each kind."""
