"""What a refused call means, in one line that quotes neither the request nor the answer."""

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
"""What a Region that is off answers to credentials that are valid elsewhere. (AWS re:Post and
public reports; STS API Reference, AssumeRole, RegionDisabledException.)"""
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset(
    {
        *("AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException"),
        *("MissingAuthenticationToken", "SignatureDoesNotMatch", "UnrecognizedClientException"),
    }
)
CREDENTIALS = _EXPIRED | _UNKNOWN
"""Codes that concern the credentials rather than the request."""
_NOT_TAKEN = (
    *("InvalidParameter", "InvalidUserID"),
    *("AWSOrganizationsNotInUse", "InvalidInput", "ParentNotFound"),
)
"""The beginnings of codes about filters, owners and users (EC2 error code table), and about
organisations and their units (Organizations API Reference)."""

_HINTS = {
    "SSLError": "the certificate could not be verified; if there is a proxy, add its certificate to AWS_CA_BUNDLE",
    "ProxyConnectionError": "check HTTPS_PROXY and NO_PROXY",
    "ConnectionRefusedError": "nothing accepts connections there; see AWS_ENDPOINT_URL, HTTPS_PROXY",
    "EndpointConnectionError": "check that the Region exists and can be reached; see HTTPS_PROXY, NO_PROXY",
    "ConnectTimeoutError": "check that it can be reached; see HTTPS_PROXY, NO_PROXY",
}
"""By the name of the error: what the user can check."""


class RefusedError(Exception):
    """A call that returned no usable answer; `code` is the service's error code, if any.

    `regional` says that another Region may still answer.
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
    """The meaning of an error code, and how often the call was tried.

    The service's message is left out: it can quote requests and tokens.
    """
    code = str(found)
    # The answer may not come from AWS: its "code" can be an HTML page, or a secret it was sent.
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,80}", code):
        return RefusedError(f"{name} in {region}: refused, with an error that could not be read")
    # AuthFailure can mean two things: a Region that is off, or invalid credentials.
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
    """A connection that returned nothing; `kind` is the name of the error, `times` the number of
    attempts.
    """
    hint = _HINTS.get(kind)
    told = f"{kind}: {hint}" if hint else kind
    return RefusedError(f"{name} in {region}: no answer ({told}){times}", regional=True)
