"""What it means when a call is refused, in one line that quotes neither request nor answer."""

import re

from assay.catalog.interface import Obstacle

_DENIED = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_REGIONAL = frozenset(
    {
        *("AuthFailure", "InvalidClientTokenId", "OptInRequired", "RegionDisabledException"),
        "UnrecognizedClientException",
    }
)
"""What a Region that is off says to credentials that are good elsewhere. (AWS re:Post and public
reports; STS API Reference, AssumeRole, RegionDisabledException.)"""
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset(
    {
        *("AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException"),
        *("MissingAuthenticationToken", "SignatureDoesNotMatch", "UnrecognizedClientException"),
    }
)
CREDENTIALS = _EXPIRED | _UNKNOWN
"""Codes that are about the credentials, not about what is asked with them."""
_NOT_TAKEN = (
    *("InvalidParameter", "InvalidUserID"),
    *("AWSOrganizationsNotInUse", "InvalidInput", "ParentNotFound"),
)
"""How the codes begin that are about filters, owners and users (EC2 error code table), and about
organisations and their units (Organizations API Reference)."""

_HINTS = {
    "SSLError": "the certificate could not be verified; if there is a proxy, add its certificate to AWS_CA_BUNDLE",
    "ProxyConnectionError": "check HTTPS_PROXY and NO_PROXY",
    "ConnectionRefusedError": "nothing accepts connections there; see AWS_ENDPOINT_URL, HTTPS_PROXY",
    "EndpointConnectionError": "check that the Region exists and can be reached; see HTTPS_PROXY, NO_PROXY",
    "ConnectTimeoutError": "check that it can be reached; see HTTPS_PROXY, NO_PROXY",
}
"""By the name of what happened: what a person can look at."""


class RefusedError(Exception):
    """One call brought no usable answer; `code` is the service's word for it, where it gave one.

    `regional`: another Region may answer all the same.
    """

    def __init__(
        self,
        reason: str,
        code: str = "",
        *,
        regional: bool = False,
        obstacle: Obstacle = Obstacle.FAILED,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.regional = regional
        self.obstacle = obstacle


def refusal(name: str, region: str, found: object, times: str = "") -> RefusedError:
    """What an error code means, and how often it was tried. Messages are left out: they can quote requests
    and tokens.
    """
    code = str(found)
    # Whatever answers may be no AWS at all: its "code" can be a page of HTML, or a secret it was sent.
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,80}", code):
        return RefusedError(f"{name} in {region}: refused, with an error that could not be read")
    # AuthFailure says both: a Region that is off, and credentials that are none.
    obstacle = Obstacle.OPTED_OUT if code in _REGIONAL else Obstacle.FAILED
    if code in _DENIED:
        who = "the caller" if name == "sts:AssumeRole" else "the reader"
        meaning, obstacle = f"denied ({code}){times}; {who} needs {name}", Obstacle.DENIED
    elif code in _THROTTLED:
        meaning, obstacle = f"throttled ({code}){times}", Obstacle.THROTTLED
    elif code in _EXPIRED:
        meaning = f"the credentials or the request have expired ({code}){times}"
        obstacle = Obstacle.EXPIRED
    elif code in _UNKNOWN:
        meaning = f"the credentials are not known there ({code}){times}"
    else:
        meaning = f"refused ({code}){times}"
        obstacle = Obstacle.NOT_TAKEN if code.startswith(_NOT_TAKEN) else obstacle
    told = f"{name} in {region}: {meaning}"
    return RefusedError(told, code, regional=code in _REGIONAL, obstacle=obstacle)


def no_answer(name: str, region: str, kind: str, times: str = "") -> RefusedError:
    """A connection that brought nothing; `kind` is the name of what happened, `times` how often it was tried."""
    hint = _HINTS.get(kind)
    told = f"{kind}: {hint}" if hint else kind
    return RefusedError(f"{name} in {region}: no answer ({told}){times}", regional=True)
