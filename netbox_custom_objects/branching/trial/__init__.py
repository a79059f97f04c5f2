"""Merges that are tried and rolled back."""
