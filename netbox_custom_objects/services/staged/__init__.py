"""Staged changes: conversions of fields that a job carries out step by step."""
