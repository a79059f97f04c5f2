"""The one write path: whatever changes definitions ends in `reconcile`."""
