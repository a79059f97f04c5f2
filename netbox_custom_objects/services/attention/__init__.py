"""What asks for the attention of a person: only reported, since no program can decide it."""
