"""What is looked at before a merge, and the order in which it happens."""
