"""What is read for an answer: for a batch of objects at once, and only what is asked for."""
