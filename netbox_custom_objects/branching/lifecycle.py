"""What happens to our bookkeeping when branches come and go."""

from ..models.revision import forget_schema


def forget_branch(branch, **kwargs) -> None:
    """A branch's schema was dropped: its token must not greet a later schema of the same name."""
    forget_schema(branch.schema_name)
