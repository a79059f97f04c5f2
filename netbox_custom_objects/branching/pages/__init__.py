"""What pages and REST show of a branch."""
