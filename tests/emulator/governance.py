"""What a fleet is governed with: AWS Config's evaluations, Security Hub's findings, SNS's messages.

Limits and refusals: the API references of PutEvaluations, BatchImportFindings and Publish. UNVERIFIED: texts.
"""

from datetime import datetime

from .dispatch import Handler, Params, Result
from .errors import ApiError
from .records import Caller
from .world import World

TAKEN = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")
"""INSUFFICIENT_DATA is not taken from a rule."""
MOST = 100
MOST_BYTES = 256 * 1024
OF_PEOPLE = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""What no import changes."""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def put_evaluations(world: World, caller: Caller, params: Params) -> Result:
    governance, evaluations = world.governance, params.get("Evaluations", [])
    if params["ResultToken"] not in governance.tokens:
        raise ApiError("InvalidResultTokenException", "The result token is not valid.")
    if len(evaluations) > MOST:
        raise ApiError("InvalidParameterValueException", f"{MOST} evaluations at most")
    failed = []
    for each in evaluations:
        if each["ComplianceType"] not in TAKEN or not 1 <= len(each.get("Annotation", "-")) <= 256:
            raise ApiError("InvalidParameterValueException", "An evaluation is not valid.")
        if governance.fails(each["ComplianceResourceId"]):
            failed.append(each)
        else:
            governance.evaluations.append(dict(each))
    return {"FailedEvaluations": failed}


def get_resource_config_history(world: World, caller: Caller, params: Params) -> Result:
    item = world.governance.items.get((params["resourceType"], params["resourceId"]))
    if item is None:
        raise ApiError("ResourceNotDiscoveredException", "AWS Config has no such resource.")
    return {"configurationItems": [item]}


def batch_import_findings(world: World, caller: Caller, params: Params) -> Result:
    """Each account imports its own findings into its own Region. What people set stays; so does what was
    updated since (Security Hub User Guide, "BatchImportFindings").
    """
    governance, failed = world.governance, []
    here = (caller.account, caller.region)
    if here in governance.hubs_off:
        raise ApiError("InvalidAccessException", "The account is not subscribed to Security Hub.")
    if not 1 <= len(params["Findings"]) <= MOST:
        raise ApiError("InvalidInputException", f"1 to {MOST} findings can be imported.")
    for each in params["Findings"]:
        if governance.fails(each["Id"]):
            failed.append((each["Id"], "InternalException", "Try again."))
        elif (
            each["AwsAccountId"] != caller.account or f":{caller.region}:" not in each["ProductArn"]
        ):
            failed.append((each["Id"], "InvalidAccess", "The finding is of another account."))
        else:
            old = governance.findings.get((*here, each["Id"]))
            if old is None or moment(old["UpdatedAt"]) < moment(each["UpdatedAt"]):
                governance.findings[*here, each["Id"]] = imported(each, old or {})
    named = [{"Id": id, "ErrorCode": code, "ErrorMessage": text} for id, code, text in failed]
    done = len(params["Findings"]) - len(failed)
    return {"FailedCount": len(failed), "SuccessCount": done, "FailedFindings": named}


def imported(finding: Params, old: Params) -> Result:
    """A finding as it stands after its import. Security Hub API Reference, Workflow: where it comes up again,
    who was told of it or took it for resolved has to look again; what is suppressed stays so.
    """
    people = {name: old[name] for name in OF_PEOPLE if name in old}
    again = old.get("RecordState") == "ARCHIVED" and finding["RecordState"] == "ACTIVE"
    status = [(each.get("Compliance") or {}).get("Status") for each in (old, finding)]
    worse = status[0] == "PASSED" != status[1]
    if (again or worse) and people.get("Workflow", {}).get("Status") in ("NOTIFIED", "RESOLVED"):
        people["Workflow"] = {"Status": "NEW"}
    return {"Workflow": {"Status": "NEW"}, **finding, **people}


def get_findings(world: World, caller: Caller, params: Params) -> Result:
    """Filters by generator, record state and id; a page holds 100."""
    wanted = params.get("Filters", {})
    here = (caller.account, caller.region)
    if here in world.governance.hubs_off:
        raise ApiError("InvalidAccessException", "The account is not subscribed to Security Hub.")
    found = [
        each
        for (*place, _), each in sorted(world.governance.findings.items())
        if tuple(place) == here
        and all(
            any(each.get(name) == one["Value"] for one in values) for name, values in wanted.items()
        )
    ]
    first = int(params.get("NextToken") or 0)
    last = first + params.get("MaxResults", MOST)
    more = {"NextToken": str(last)} if last < len(found) else {}
    return {"Findings": found[first:last], **more}


def publish(world: World, caller: Caller, params: Params) -> Result:
    if not params["TopicArn"].startswith(f"arn:aws:sns:{caller.region}:"):
        raise ApiError("InvalidParameter", "Invalid parameter: TopicArn")
    if len(params["Message"].encode()) > MOST_BYTES:
        raise ApiError("InvalidParameter", "Invalid parameter: Message too long")
    governance = world.governance
    governance.messages.append(dict(params))
    return {"MessageId": f"message-{len(governance.messages)}"}


CONFIG: dict[str, Handler] = {
    "GetResourceConfigHistory": get_resource_config_history,
    "PutEvaluations": put_evaluations,
}
SECURITY_HUB: dict[str, Handler] = {
    "BatchImportFindings": batch_import_findings,
    "GetFindings": get_findings,
}
SNS: dict[str, Handler] = {"Publish": publish}
