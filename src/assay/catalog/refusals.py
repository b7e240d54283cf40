"""What it means when a call is refused, in one line that quotes neither request nor answer."""

import re

_DENIED = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


class RefusedError(Exception):
    """One call brought no usable answer; `code` is the service's word for it, where it gave one."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


def refusal(name: str, region: str, found: object) -> RefusedError:
    """What an error code means. Messages are left out: they can quote requests and tokens."""
    code = str(found)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,80}", code):
        return RefusedError(f"{name} in {region}: refused, and the error could not be read")
    if code in _DENIED:
        who = "the caller" if name == "sts:AssumeRole" else "the reader"
        meaning = f"denied ({code}); {who} needs {name}"
    elif code in _THROTTLED:
        meaning = f"throttled ({code})"
    elif code in _EXPIRED:
        meaning = f"the credentials or the request have expired ({code})"
    else:
        meaning = f"refused ({code})"
    return RefusedError(f"{name} in {region}: {meaning}", code)
