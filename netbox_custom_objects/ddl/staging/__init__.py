"""Columns that are being filled while the table is in use: the steps, and what they leave behind."""
