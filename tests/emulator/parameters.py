"""Systems Manager's parameters and the Security Token Service's identities."""

from datetime import UTC, datetime
from typing import Any

from .accounts import SESSION_TOKEN
from .dispatch import Handler, Params, Result, page
from .errors import ApiError
from .records import Caller, Parameter
from .visibility import can_use
from .world import World

MAX_NAMES = 10  # API reference, GetParameters
# Assumed credentials must outlive the real clock, which botocore compares them with.
EXPIRATION = datetime(2999, 1, 1, tzinfo=UTC)
SSM_ALIAS = "resolve:ssm:"


def image_behind(world: World, caller: Caller, reference: str) -> str:
    """An AMI id as it is, or what the parameter behind `resolve:ssm:` says now."""
    if not reference.startswith(SSM_ALIAS):
        return reference
    parameter = find_parameter(world, caller, reference.removeprefix(SSM_ALIAS))
    if parameter is None:
        # Code and text are UNVERIFIED.
        raise ApiError("InvalidParameterValue", f"The parameter of {reference} does not exist")
    return str(parameter["Value"])


def find_parameter(world: World, caller: Caller, reference: str) -> Result | None:
    """A parameter by `name`, `name:version`, `name:label`, or an ARN with the same endings."""
    # Names hold no colon, and ARNs have five of them before the name.
    parts = reference.split(":")
    name_parts = 6 if parts[0] == "arn" else 1
    name, selector = ":".join(parts[:name_parts]), ":".join(parts[name_parts:])
    for parameter in world.parameters.values():
        if parameter.region == caller.region and _answers_to(parameter, caller, name):
            latest = str(len(parameter.values))
            version = str(parameter.labels.get(selector, selector or latest))
            if version.isdecimal() and 1 <= int(version) <= len(parameter.values):
                return _described(parameter, int(version), selector)
    return None


def _answers_to(parameter: Parameter, caller: Caller, name: str) -> bool:
    """Shared parameters have to be named by ARN; AWS's own, of no account, need not."""
    if parameter.owner_id in ("", caller.account):
        return name in (parameter.name, parameter.arn)
    return name == parameter.arn and caller.account in parameter.shared_with


def _described(parameter: Parameter, version: int, selector: str) -> Result:
    return {
        "Name": parameter.name,
        "Type": "String",
        "Value": parameter.values[version - 1],
        "Version": version,
        "LastModifiedDate": parameter.last_modified,
        "ARN": parameter.arn,
        "DataType": parameter.data_type,
        **({"Selector": f":{selector}"} if selector else {}),
    }


def get_parameter(world: World, caller: Caller, params: Params) -> Result:
    found = find_parameter(world, caller, params["Name"])
    if found is None:
        # The codes are the API reference's; the text is UNVERIFIED.
        name, _, selector = params["Name"].rpartition(":")
        known = selector and find_parameter(world, caller, name)
        code = "ParameterVersionNotFound" if known else "ParameterNotFound"
        raise ApiError(code, f"Parameter {params['Name']} not found.")
    return {"Parameter": found}


def get_parameters(world: World, caller: Caller, params: Params) -> Result:
    names: list[str] = params["Names"]
    if len(names) > MAX_NAMES:
        message = (
            "1 validation error detected: Value at 'names' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_NAMES}"
        )
        raise ApiError("ValidationException", message)
    found = {name: find_parameter(world, caller, name) for name in names}
    return {
        "Parameters": [parameter for parameter in found.values() if parameter],
        "InvalidParameters": [name for name, parameter in found.items() if not parameter],
    }


def describe_parameters(world: World, caller: Caller, params: Params) -> Result:
    """Parameters that others share are left out, as without `Shared`."""
    wanted = params.get("ParameterFilters", [])
    if any(each["Key"] != "DataType" or each.get("Option") != "Equals" for each in wanted):
        raise NotImplementedError("a filter for anything but the data type")
    found = [
        {
            "Name": parameter.name,
            "ARN": parameter.arn,
            "Type": "String",
            "LastModifiedDate": parameter.last_modified,
            "Version": len(parameter.values),
            "Tier": "Standard",
            "DataType": parameter.data_type,
        }
        for parameter in world.parameters.values()
        if (parameter.owner_id, parameter.region) == (caller.account, caller.region)
        and all(parameter.data_type in each["Values"] for each in wanted)
    ]
    return page(world, params, "Parameters", found)


def put_parameter(world: World, caller: Caller, params: Params) -> Result:
    name, value = params["Name"], params["Value"]
    data_type = params.get("DataType", "text")
    existing = world.parameters.get((caller.account, caller.region, name))
    if existing and not params.get("Overwrite"):
        code = "ParameterAlreadyExists"
        raise ApiError(code, "The parameter already exists.")
    image = world.images.get((caller.region, value))
    if data_type == "aws:ec2:image" and (image is None or not can_use(world, caller, image)):
        # The check of the image runs after the answer; a parameter that fails it is not stored.
        version = len(existing.values) + 1 if existing else 1
    else:
        version = world.put_parameter(caller.account, caller.region, name, value, data_type)
    return {"Version": version, "Tier": "Standard"}


def get_caller_identity(world: World, caller: Caller, params: Params) -> Result:
    return {"UserId": "AIDAEMULATEDUSERID000", "Account": caller.account, "Arn": caller.arn}


def assume_role(world: World, caller: Caller, params: Params) -> Result:
    key, arn = world.assume_role(params["RoleArn"], params["RoleSessionName"])
    session: dict[str, Any] = {
        "AccessKeyId": key,
        "SecretAccessKey": "secret",
        "SessionToken": SESSION_TOKEN,
        "Expiration": world.ends.get(key, EXPIRATION),
    }
    role_id = f"AROAEMULATEDROLEID000:{params['RoleSessionName']}"
    return {"Credentials": session, "AssumedRoleUser": {"AssumedRoleId": role_id, "Arn": arn}}


SSM: dict[str, Handler] = {
    "DescribeParameters": describe_parameters,
    "GetParameter": get_parameter,
    "GetParameters": get_parameters,
    "PutParameter": put_parameter,
}
STS: dict[str, Handler] = {
    "AssumeRole": assume_role,
    "GetCallerIdentity": get_caller_identity,
}
