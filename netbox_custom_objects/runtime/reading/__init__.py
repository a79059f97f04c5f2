"""What is read together, in which order, and by which names."""
