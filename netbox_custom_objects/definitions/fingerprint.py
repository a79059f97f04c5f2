"""
Canonical text of plain values, and digests of it, to tell whether two definitions are the same.

May import the standard library only. Must never depend on dict order or on the process.
"""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a JSON-compatible value: keys sorted, no spaces, unicode kept as it is."""
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def fingerprint(value: Any) -> str:
    """Return 16 hexadecimal digits that identify a value by its `repr`; equal frozen definitions have equal ones."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
