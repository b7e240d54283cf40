"""SHA-256 of what was read, without the OpenSSL that `hashlib` takes along.

Loading that library takes 3 ms, a thirtieth of a whole check. Python's own module takes longer for a
byte, which is less than that up to a megabyte; the standard library's `random` uses it likewise.
"""

try:
    from _sha256 import sha256 as _own  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    try:
        from _sha2 import sha256 as _own  # type: ignore[import-not-found, unused-ignore] # since 3.12
    except ImportError:  # built without it: some distributions want OpenSSL alone
        _own = None

_MOST = 256 * 1024
"""Bytes that Python's own module is given."""


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    if _own is not None and len(data) <= _MOST:
        return str(_own(data).hexdigest())
    from hashlib import sha256 as fast

    return fast(data).hexdigest()
