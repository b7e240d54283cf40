"""SHA-256 digests without OpenSSL, which importing `hashlib` loads.

Loading OpenSSL takes 3 ms, a thirtieth of a whole check. Python's own module is slower per byte, but
up to a megabyte the difference is less than 3 ms. The standard library's `random` does the same.
"""

try:
    from _sha256 import sha256 as _own  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    try:
        from _sha2 import sha256 as _own  # type: ignore[import-not-found, unused-ignore] # since 3.12
    except ImportError:  # not built in: some distributions use only OpenSSL
        _own = None

_MOST = 256 * 1024
"""The largest input, in bytes, that is hashed with Python's own module."""


def sha256(data: bytes) -> str:
    """Return the digest as 64 hexadecimal digits."""
    if _own is not None and len(data) <= _MOST:
        return str(_own(data).hexdigest())
    from hashlib import sha256 as fast

    return fast(data).hexdigest()
