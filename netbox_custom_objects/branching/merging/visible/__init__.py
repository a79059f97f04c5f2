"""What of a merge a reader may see."""
