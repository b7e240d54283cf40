"""EC2's operations on launch templates.

Codes: EC2 error code table; texts: moto's tests against real AWS, unless marked.
"""

import re
from collections.abc import Callable

from .dispatch import Handler, Params, Result, filtered, page, tags_of
from .errors import ApiError
from .parameters import image_behind
from .records import Caller, LaunchTemplate, TemplateVersion
from .world import World

TEMPLATE_ID = re.compile(r"lt-[0-9a-f]{17}")
Pair = tuple[LaunchTemplate, TemplateVersion]


def find_template(world: World, caller: Caller, reference: Params) -> LaunchTemplate:
    """The template a call names by LaunchTemplateId or LaunchTemplateName."""
    template_id, name = reference.get("LaunchTemplateId"), reference.get("LaunchTemplateName")
    if not template_id and not name:
        # The text is UNVERIFIED.
        message = "The request must contain the parameter launch template ID or name"
        raise ApiError("MissingParameter", message)
    if template_id and not TEMPLATE_ID.fullmatch(template_id):
        # The text is UNVERIFIED.
        raise ApiError("InvalidLaunchTemplateId.Malformed", f"The ID {template_id} is malformed")
    for template in _own_templates(world, caller):
        if template_id == template.template_id or name == template.name:
            return template
    kind, value = ("ID", template_id) if template_id else ("name", name)
    code = "Id.NotFound" if template_id else "Name.NotFoundException"
    message = f"The specified launch template, with template {kind} {value}, does not exist."
    raise ApiError(f"InvalidLaunchTemplate{code}", message)


def find_version(template: LaunchTemplate, version: str) -> TemplateVersion:
    if version == "$Latest":
        return template.versions[-1]
    number = str(template.default_version) if version == "$Default" else version
    for candidate in template.versions:
        if str(candidate.number) == number:
            return candidate
    message = f"Could not find the specified version {version} for the launch template with ID"
    raise ApiError("InvalidLaunchTemplateId.VersionNotFound", f"{message} {template.template_id}.")


def _own_templates(world: World, caller: Caller) -> list[LaunchTemplate]:
    here = (caller.account, caller.region)
    return [t for t in world.templates.values() if (t.owner_id, t.region) == here]


def create_launch_template(world: World, caller: Caller, params: Params) -> Result:
    name, data = params["LaunchTemplateName"], params["LaunchTemplateData"]
    template = world.add_launch_template(caller.account, caller.region, name, data)
    template.versions[0].description = params.get("VersionDescription")
    template.tags |= tags_of(params, "launch-template")
    return {"LaunchTemplate": _described(template)}


def create_launch_template_version(world: World, caller: Caller, params: Params) -> Result:
    template = find_template(world, caller, params)
    source = (
        find_version(template, params["SourceVersion"]).data if "SourceVersion" in params else {}
    )
    data = source | params["LaunchTemplateData"]
    number = world.create_launch_template_version(template.template_id, data=data)
    version = find_version(template, str(number))
    version.description = params.get("VersionDescription")
    return {"LaunchTemplateVersion": _described_version(template, version)}


def modify_launch_template(world: World, caller: Caller, params: Params) -> Result:
    template = find_template(world, caller, params)
    if "DefaultVersion" in params:
        template.default_version = find_version(template, params["DefaultVersion"]).number
    return {"LaunchTemplate": _described(template)}


def describe_launch_templates(world: World, caller: Caller, params: Params) -> Result:
    ids, names = params.get("LaunchTemplateIds", []), params.get("LaunchTemplateNames", [])
    own = _own_templates(world, caller)
    message = "At least one of the launch templates specified in the request does not exist."
    if set(names) - {template.name for template in own}:
        raise ApiError("InvalidLaunchTemplateName.NotFoundException", message)
    if set(ids) - {template.template_id for template in own}:
        # The text is UNVERIFIED for ids.
        raise ApiError("InvalidLaunchTemplateId.NotFound", message)
    asked = [t for t in own if not (ids or names) or t.template_id in ids or t.name in names]
    found = filtered(asked, params, {"launch-template-name": lambda template: template.name})
    return page(world, params, "LaunchTemplates", [_described(template) for template in found])


def describe_launch_template_versions(world: World, caller: Caller, params: Params) -> Result:
    if "LaunchTemplateId" in params or "LaunchTemplateName" in params:
        templates = [find_template(world, caller, params)]
    else:  # $Latest or $Default of all templates of the account
        templates = _own_templates(world, caller)
    pairs = [(template, version) for template in templates for version in _asked(template, params)]
    described = []
    for template, version in filtered(pairs, params, VERSION_FILTERS):
        answer = _described_version(template, version)
        data = answer["LaunchTemplateData"]
        if params.get("ResolveAlias") and "ImageId" in data:
            data["ImageId"] = image_behind(world, caller, data["ImageId"])
        described.append(answer)
    return page(world, params, "LaunchTemplateVersions", described)


def _asked(template: LaunchTemplate, params: Params) -> list[TemplateVersion]:
    if "Versions" in params:
        return [find_version(template, version) for version in params["Versions"]]
    lowest = int(params.get("MinVersion", 1))
    highest = int(params.get("MaxVersion", len(template.versions)))
    return [v for v in reversed(template.versions) if lowest <= v.number <= highest]


VERSION_FILTERS: dict[str, Callable[[Pair], str]] = {
    "image-id": lambda pair: str(pair[1].data.get("ImageId", "")),
    "is-default-version": lambda pair: str(pair[1].number == pair[0].default_version).lower(),
}


def _described(template: LaunchTemplate) -> Result:
    tags = [{"Key": key, "Value": value} for key, value in template.tags.items()]
    return {
        "LaunchTemplateId": template.template_id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:aws:iam::{template.owner_id}:root",
        "DefaultVersionNumber": template.default_version,
        "LatestVersionNumber": len(template.versions),
        **({"Tags": tags} if tags else {}),
    }


def _described_version(template: LaunchTemplate, version: TemplateVersion) -> Result:
    described = {"VersionDescription": version.description} if version.description else {}
    return {
        "LaunchTemplateId": template.template_id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        **described,
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:aws:iam::{template.owner_id}:root",
        "DefaultVersion": version.number == template.default_version,
        "LaunchTemplateData": dict(version.data),
    }


HANDLERS: dict[str, Handler] = {
    "CreateLaunchTemplate": create_launch_template,
    "CreateLaunchTemplateVersion": create_launch_template_version,
    "DescribeLaunchTemplateVersions": describe_launch_template_versions,
    "DescribeLaunchTemplates": describe_launch_templates,
    "ModifyLaunchTemplate": modify_launch_template,
}
