"""What a URL field refuses."""

from .common import BOOLEANS, HIGH, LISTS, NUL, OBJECTS, WORDS

ADDRESSES = (
    'example.com', 'www.example.com', '//example.com', '/path', 'http', 'http:', 'http:/', 'http://', 'https://',
    'http:example.com', 'http:///path', 'http://?q', 'http://#f', 'javascript:alert(1)', 'JAVASCRIPT:alert(1)',
    'data:text/html,x', 'vbscript:x', 'mailto:a@example.com', 'file:///etc/passwd', 'http://exa mple.com/',
    'http://example.com/a b', 'http://example..com/', 'http://.example.com/', 'http://-example.com/',
    'http://example-.com/',
    'http://[::1', 'http://[::g]/', 'http://256.256.256.256/', 'http://example.com:port/', 'http://example.com:999999/',
    'http://a@b@c/', f'https://example.com/{"x" * 200}', f'https://{"x" * 250}.com/', f'https://example.com/{NUL}',
    f'https://example.com/{HIGH}', 'ht tp://example.com/', '1http://example.com/', 5, 1.5,
    10**30,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *ADDRESSES)
