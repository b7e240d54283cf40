"""CloudFormation stacks, stack sets and their parameters, and products of Service Catalog.

If the plan does not contain a template, the plan is incomplete, as with a module whose code is
missing. Facts: hashicorp/aws documentation of aws_cloudformation_stack, _stack_set and
_stack_set_instance, aws_servicecatalog_provisioned_product; awscc uses the same names.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assay.inputs.plan.document.stray import named_in, templates_in
from assay.inputs.plan.embedded.cloudformation import CURE_BODY, Described, describe
from assay.inputs.plan.embedded.contents import Contents, Holder, Told, stray
from assay.inputs.plan.embedded.tree import Open
from assay.model import Alias, Incomplete, Place, Unknown, Unplaced, parse_image
from assay.model.addresses import Path
from assay.model.ids import PARAMETER

_PARAMETER_NAME = re.compile(rf"/{PARAMETER}(:[0-9]+)?")
_IMAGE_LIKE = re.compile(r"(?:^|[^A-Za-z])ami|Ami|AMI|[Ii]mage|IMAGE")
_SETS = Unplaced(
    "a stack set looks it up in the accounts and Regions of its instances:"
    " name the image by its id, which is the same for all accounts"
)


def stack(holder: Holder) -> Contents:
    """Read a stack or stack set, from its body or from the address of its template."""
    in_set = holder.type.endswith("_stack_set")
    place = holder.place if not in_set else _nowhere(holder.place)
    given = given_of(holder)
    read = ("template_body", "parameters", "policy_body", "stack_policy_body", "outputs")
    body = holder.value("template_body")
    by_url = holder.value("template_url") or holder.will_be("template_url")
    if isinstance(body, str) and body and not (by_url and not holder.is_new):
        found = describe(body, ("template_body",), given, place, is_new=holder.is_new)
        return of_template(found, given, read, _SETS if in_set else None)
    told: list[Told] = []
    if by_url:
        reason = "a template that the plan does not contain, so what it launches is not known"
        told.append(Told(("template_url",), Incomplete(reason, CURE_BODY)))
    elif holder.will_be("template_body"):
        told.append(Told(("template_body",), Unknown(holder.references("template_body"))))
    told.extend(parameter_strays(given, ("parameters",)))
    return Contents(tuple(told), read=read, place=_SETS if in_set else None)


def of_template(
    found: Described,
    given: Mapping[str, Any] | Open,
    read: tuple[str, ...] = (),
    place: Place | Unplaced | None = None,
) -> Contents:
    """The resources of a template, and the images in parameters if the template cannot be read."""
    told = [Told(path, value) for path, value in found.unread]
    if found.unread:
        told.extend(parameter_strays(given, ("parameters",)))
    if found.unread and not found.resources:
        read = tuple(name for name in read if name != found.unread[0][0][0])  # swept as text
    return Contents(tuple(told), (found.resources,), read, place)


def given_of(holder: Holder) -> Mapping[str, Any] | Open:
    """Return the parameters passed to a stack, in the form of either provider."""
    if holder.will_be("parameters"):
        return Open("parameters")
    written = holder.value("parameters")
    if isinstance(written, list):  # awscc: parameter_key, parameter_value
        pairs = [each for each in written if isinstance(each, dict)]
        return {str(each.get("parameter_key")): each.get("parameter_value") for each in pairs}
    found: dict[str, Any] = dict(written) if isinstance(written, dict) else {}
    mask = holder.unknown.get("parameters") if isinstance(holder.unknown, dict) else None
    for name in mask if isinstance(mask, dict) else ():
        found[name] = Open("a parameter that is known only after apply")
    return found


def parameter_strays(given: Mapping[str, Any] | Open, at: Path) -> Iterator[Told]:
    """Yield the images that parameters name, if their use cannot be seen.

    The name of an SSM parameter counts as an image if its key suggests one, or if AWS publishes
    images under that name.
    """
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(value, str):
            continue
        path = (*at, name)
        yield from (stray(path, each) for each in named_in(value))
        yield from (stray(path, each) for each in templates_in(value, None))
        published = value.startswith(
            ("/aws/service/ami-", "/aws/service/ecs/", "/aws/service/eks/")
        )
        if _PARAMETER_NAME.fullmatch(value) and (published or _IMAGE_LIKE.search(name)):
            alias = parse_image(f"resolve:ssm:{value}")
            if isinstance(alias, Alias):
                yield stray(path, alias)


def set_instance(holder: Holder) -> Contents:
    """Read the parameters passed to a stack set's instances in one account and Region."""
    overrides = holder.value("parameter_overrides")
    given = overrides if isinstance(overrides, dict) else {}
    told = parameter_strays(given, ("parameter_overrides",))
    region = holder.value("stack_set_instance_region") or holder.value("region")
    account = holder.value("account_id")
    place: Place | Unplaced = _SETS
    if isinstance(region, str) and isinstance(account, str) and account.isdecimal():
        place = Place.of(region, account)
    return Contents(tuple(told), read=("parameter_overrides",), place=place)


def product(holder: Holder) -> Contents:
    """Read a product of Service Catalog, whose template only the catalogue contains."""
    written = holder.value("provisioning_parameters")
    pairs = [each for each in written or () if isinstance(each, dict)]
    given = {str(each.get("key")): each.get("value") for each in pairs}
    name = "product_name" if holder.value("product_name") else "product_id"
    reason = "a product whose template the plan does not contain, so what it launches is not known"
    told = (
        Told((name,), Incomplete(reason, _CURE_PRODUCT)),
        *parameter_strays(given, ("provisioning_parameters",)),
    )
    return Contents(told, read=("provisioning_parameters", "outputs"))


def application(holder: Holder) -> Contents:
    """Read an application of the Serverless Application Repository, which alone has its template."""
    reason = (
        "an application whose template the plan does not contain, so what it launches is not known"
    )
    told = (
        Told(("application_id",), Incomplete(reason, _CURE_PRODUCT)),
        *parameter_strays(given_of(holder), ("parameters",)),
    )
    return Contents(told, read=("parameters", "outputs"))


_CURE_PRODUCT = (
    "check the product where it is made; here, give incomplete-plan another severity"
    " in a scope of the policy"
)


def _nowhere(place: Place | Unplaced) -> Place | Unplaced:
    """The place of a stack set's template, which is not in the set's own Region and account."""
    return Unplaced(_SETS.reason) if isinstance(place, Place) else place
