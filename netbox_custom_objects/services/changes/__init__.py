"""What a change record changed, as people read it."""
