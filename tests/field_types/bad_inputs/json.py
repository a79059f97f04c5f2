"""What a JSON field refuses: what jsonb cannot store, or Python cannot read again."""

import json as _json

from .common import HIGH, LOW, NUL, UNSTORABLE


def deep(levels: int, kind: str = '[]'):
    """Return lists or objects nested this deep."""
    opening, closing = ('[', ']') if kind == '[]' else ('{"a":', '}')
    return _json.loads(opening * levels + ('' if kind == '[]' else '1') + closing * levels)


BAD_INPUTS = (
    *UNSTORABLE,
    *([text] for text in UNSTORABLE),
    *({'a': text} for text in (NUL, HIGH, LOW, f'x{NUL}', f'x{HIGH}')),
    *({text: 1} for text in (NUL, HIGH, LOW, f'x{NUL}', f'x{HIGH}', f'{NUL}x')),
    *({'a': [{'b': {text: []}}]} for text in (NUL, HIGH, LOW)),
    *([1, 'a', [[text]]] for text in (NUL, HIGH, LOW)),
    *(deep(levels) for levels in (203, 250, 300, 350)),
    *(deep(levels, '{}') for levels in (203, 250, 300, 350)),
    *([deep(levels)] for levels in (220, 330)),
    *({'a': deep(levels)} for levels in (220, 330)),
)
