"""The vendor's name for `schema.comparator` (contract, chapter 11)."""

from .schema.comparator import COTDiff, FieldChange, FieldOp, diff_cot, diff_document

__all__ = ('COTDiff', 'FieldChange', 'FieldOp', 'diff_cot', 'diff_document')
