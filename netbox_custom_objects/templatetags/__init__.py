"""Template tags for templates of third parties; Django finds the libraries by the names of the modules."""
