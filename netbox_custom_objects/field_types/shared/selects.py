"""How selections of objects show what tells apart custom objects of the same name."""

# NetBox's script puts the `display` of what REST has under this key beside the name.
CONTEXT = {'parent': '_context'}


def select_context(model) -> dict[str, str] | None:
    """Return the `context` of NetBox's form fields that choose objects of a model."""
    return CONTEXT if hasattr(model, '_definition') else None
