"""The field types whose values are objects of several types."""
