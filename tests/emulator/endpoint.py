"""The emulated endpoint apart from HTTP: what a call is answered, or what happens to it instead."""

import collections
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from . import (
    governance,
    images,
    instances,
    objects,
    organization,
    parameters,
    recipes,
    scaling,
    templates,
    trail,
    usage,
)
from .contract import check_shape
from .dispatch import Handler
from .errors import ApiError
from .faults import Answer, CloseFault, Fault, Faults, Request
from .records import Caller
from .wire import answer, content_type, error_answer, parse_request
from .world import World

HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "account": organization.ACCOUNT,
    "autoscaling": scaling.HANDLERS,
    "cloudtrail": trail.HANDLERS,
    "config": governance.CONFIG,
    "ec2": images.HANDLERS | instances.HANDLERS | templates.HANDLERS | usage.HANDLERS,
    "imagebuilder": recipes.HANDLERS,
    "organizations": organization.ORGANIZATIONS,
    "s3": objects.HANDLERS,
    "securityhub": governance.SECURITY_HUB,
    "sns": governance.SNS,
    "ssm": parameters.SSM,
    "sts": parameters.STS,
}
UNKNOWN_KEY = {
    # EC2 error code table; STS and Systems Manager: common error types of their API references
    "ec2": ("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    "ssm": (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        400,
    ),
    "sts": ("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
}
for _json in ("account", "cloudtrail", "config", "imagebuilder", "organizations", "securityhub"):
    UNKNOWN_KEY[_json] = UNKNOWN_KEY["ssm"]
UNKNOWN_KEY["s3"] = (
    "InvalidAccessKeyId",
    "The AWS Access Key Id you provided does not exist in our records.",
    403,
)
UNKNOWN_KEY["autoscaling"] = UNKNOWN_KEY["sns"] = UNKNOWN_KEY["sts"]
EXPIRED = {
    # The codes: aws-sdk-go#253; RequestExpired: EC2 error code table; STS: boto3#1431 and, for the
    # status, aws-sdk-java-v2#1649. EC2's text is UNVERIFIED, and so is the status of SSM.
    "ec2": ("RequestExpired", "Request has expired.", 400),
    "ssm": (
        "ExpiredTokenException",
        "The security token included in the request is expired",
        400,
    ),
    "sts": ("ExpiredToken", "The security token included in the request is expired", 403),
}
for _json in ("account", "cloudtrail", "config", "imagebuilder", "organizations", "securityhub"):
    EXPIRED[_json] = EXPIRED["ssm"]
EXPIRED["s3"] = ("ExpiredToken", "The provided token has expired.", 400)
EXPIRED["autoscaling"] = EXPIRED["sns"] = EXPIRED["sts"]
DENIED = {
    # Codes: as above. AWS's texts add a resource where one is named, and which policy it was.
    "ec2": ("UnauthorizedOperation", "You are not authorized to perform this operation. ", 403),
    "ssm": ("AccessDeniedException", "", 400),
    "sts": ("AccessDenied", "", 403),
    "autoscaling": ("AccessDenied", "", 403),
    "account": ("AccessDeniedException", "", 403),
    "cloudtrail": ("AccessDeniedException", "", 400),
    "imagebuilder": ("AccessDeniedException", "", 403),
    "organizations": ("AccessDeniedException", "", 400),
    "config": ("AccessDeniedException", "", 400),
    "s3": ("AccessDenied", "", 403),
    "securityhub": ("AccessDeniedException", "", 403),
    "sns": ("AuthorizationError", "", 403),
}
NOT_SUBSCRIBED = (
    "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe."
)
READS = ("Describe", "Get", "List", "Lookup", "AssumeRole")
"""How operations begin that may be answered from memory."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as HTTP brings it: from whom, to which service, and its bytes."""

    caller: Caller | None
    region: str
    service: str
    target: str
    body: bytes


class Endpoint:
    """Answers calls on a world, and keeps what it was asked in `requests`.

    To replay is to make the answer to a read once and to give the same bytes again, until
    something other than a read is asked.
    """

    def __init__(self, world: World, faults: Faults | None, *, replay: bool) -> None:
        self.world = world
        self.faults = faults
        self.replay = replay
        self.requests: list[Request] = []
        self.failures: list[Exception] = []
        self._lock = threading.Lock()
        self._memory: dict[Call, tuple[Request, Answer]] = {}

    def respond(self, call: Call) -> Answer | CloseFault:
        """What is to be sent for a call."""
        request_id = f"request-{len(self.requests):08}"
        try:
            return self._outcome(call, request_id)
        except ApiError as error:
            return _error_answer(call, error, request_id)
        except Exception as failure:  # noqa: BLE001  a bug here: the test must hear of it
            self.failures.append(failure)
            return _error_answer(call, ApiError("InternalError", str(failure), 500), request_id)

    def counts(self) -> dict[str, int]:
        """How often each operation was asked for, such as `ec2:DescribeImages`."""
        names = (f"{request.service}:{request.operation}" for request in list(self.requests))
        return dict(collections.Counter(names))

    def _outcome(self, call: Call, request_id: str) -> Answer | CloseFault:
        remembered = self._memory.get(call)
        request = remembered[0] if remembered else _request(call)
        self.requests.append(request)
        fault = self.faults(request) if self.faults else None
        if isinstance(fault, Fault):
            raise ApiError(fault.code, fault.message, fault.status)
        if fault is not None:
            return fault
        if remembered:
            return remembered[1]
        try:
            answered = Answer(
                200, self._body(call, request, request_id), content_type(call.service)
            )
        except ApiError as error:
            if call.caller is not None and request.operation in trail.RECORDED:
                self.world.record_failure(call.caller, request.operation, error.code)
            answered = _error_answer(call, error, request_id)
        if self.replay:
            self._remember(call, request, answered)
        return answered

    def _remember(self, call: Call, request: Request, answered: Answer) -> None:
        if request.operation.startswith(READS):
            self._memory[call] = request, answered
        else:
            self._memory.clear()

    def _body(self, call: Call, request: Request, request_id: str) -> bytes:
        """The answer to a call that succeeds, held to its contract."""
        service, operation = request.service, request.operation
        if call.caller is None:
            raise ApiError(*UNKNOWN_KEY[service])
        if call.caller.ended:
            raise ApiError(*EXPIRED[service])
        handler = HANDLERS[service].get(operation)
        if handler is None:
            message = f"{service}:{operation} is not emulated"
            raise ApiError("NotImplementedByEmulator", message, 501)
        _refuse_what_is_not_permitted(self.world, call.caller, request)
        if request.params.get("DryRun"):
            message = "Request would have succeeded, but DryRun flag is set."
            raise ApiError("DryRunOperation", message, 412)
        with self._lock:
            result = handler(self.world, call.caller, request.params)
        body = answer(service, operation, result, request_id)
        check_shape(service, operation, body)
        return body


def _request(call: Call) -> Request:
    operation, params = parse_request(call.service, call.target, call.body)
    if call.service == "s3":
        params = objects.asked_at(call.target)
    account = call.caller.account if call.caller else None
    return Request(call.service, operation, account, call.region, params)


def _refuse_what_is_not_permitted(world: World, caller: Caller, request: Request) -> None:
    off = world.regions_off.get((caller.account, request.region))
    if off == "AuthFailure":
        raise ApiError(*UNKNOWN_KEY[request.service])
    if off == "OptInRequired" and request.service == "ec2":
        raise ApiError(off, NOT_SUBSCRIBED, 401)
    if (caller.account, request.operation) in world.denied:
        code, text, status = DENIED[request.service]
        action = f"{request.service}:{request.operation}"
        who = f"User: {caller.arn} is not authorized to perform: {action}"
        why = f"because no identity-based policy allows the {action} action"
        raise ApiError(code, f"{text}{who} {why}", status)


def _error_answer(call: Call, error: ApiError, request_id: str) -> Answer:
    body = error_answer(call.service, error.code, error.message, request_id)
    return Answer(error.status, body, content_type(call.service))
