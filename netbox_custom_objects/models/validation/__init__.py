"""What is checked before a definition is stored."""
