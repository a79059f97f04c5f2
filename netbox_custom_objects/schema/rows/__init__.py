"""The rows that a document is written to: all of them in memory, and where a written one goes."""
