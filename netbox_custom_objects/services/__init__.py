"""The one write path: every change of definitions ends in `reconcile`."""
