"""From rows to definitions."""
