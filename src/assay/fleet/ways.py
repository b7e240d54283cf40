"""How to write a suggestion: a literal, a variable, a parameter, a lookup, a Renovate line.

Facts: Terraform's provider passes the filters of `data "aws_ami"` to DescribeImages unchanged. The
API reference calls the filter `image-watermark.watermark-key`, the User Guide
`image-watermark-key`; no public source shows which of the two EC2 accepts. Renovate's
documentation, "aws-machine-image": filters of DescribeImages as minified JSON after `amiFilter=` in
a comment above the id, which has 17 digits; experimental.
"""

import json
import re
from collections.abc import Iterable, Iterator

from assay.model import AmiReference
from assay.model.suggestion import Asked, Candidate, Way

_FILTER = "image-watermark.watermark-key"
_ATTRIBUTE = "ami"
_LONG_ID = r"ami-[0-9a-f]{17}"
_UNSURE = "this is the filter's name in the API reference; the User Guide calls it image-watermark-key. EC2 refuses a filter that it does not know. The image it finds can change between check and apply"


def ways(asked: Asked, found: Candidate, parameters: Iterable[str]) -> Iterator[Way]:
    """All ways that apply."""
    reference, id = asked.reference, found.listed.image.id
    attribute = _last(reference.attribute) if reference else _ATTRIBUTE
    yield Way("literal", _where(reference, asked), f'{attribute} = "{id}"')
    yield Way(
        "variable",
        f"a tfvars file, or the variable's default, for {asked.account}/{asked.region}",
        f'golden_ami = "{id}"',
        f"and {attribute} = var.golden_ami",
    )
    for name in parameters:
        yield Way(
            "parameter",
            f"in place of the id, in {asked.account}/{asked.region}",
            f'{attribute} = "resolve:ssm:{name}"',
            "the parameter has this value now; pin a version (:3), because it can change after the check",
        )
    yield Way(
        "data-source",
        "in the module",
        _lookup(found),
        f"{attribute} = data.aws_ami.golden.id; {_UNSURE}",
    )
    if re.fullmatch(_LONG_ID, id):
        yield Way(
            "renovate",
            "in the line above the id",
            f"# amiFilter={_minified(found, asked.region)}",
            "Renovate's datasource aws-machine-image is experimental, needs its custom manager, and takes the newest image by creation date; keep checking with assay",
        )


def _where(reference: AmiReference | None, asked: Asked) -> str:
    if reference is None:
        return f"wherever {asked.account}/{asked.region} names {asked.image_id or 'the image'}"
    if reference.file is not None:
        return f"{reference.file}:{reference.line}, or wherever its value comes from"
    return f"{reference.address}, {reference.attribute}"


def _last(attribute: str) -> str:
    """The name of the argument: `ami`, `image_id`."""
    name = re.sub(r"\[[^]]*\]", "", attribute).rpartition(".")[2]
    return name if re.fullmatch(r"[a-z_]+", name) else _ATTRIBUTE


def _lookup(found: Candidate) -> str:
    filters = [(_FILTER, found.key)]
    if found.listed.architecture:
        filters.append(("architecture", found.listed.architecture))
    blocks = "".join(
        f"  filter {{\n    name   = {_hcl(name)}\n    values = [{_hcl(value)}]\n  }}\n"
        for name, value in filters
    )
    owner = _hcl(found.listed.image.owner_id or "self")
    return (
        f'data "aws_ami" "golden" {{\n  most_recent = true\n  owners      = [{owner}]\n{blocks}}}'
    )


def _minified(found: Candidate, region: str) -> str:
    filters: list[dict[str, object]] = [{"Name": _FILTER, "Values": [found.key]}]
    if found.listed.image.owner_id:
        filters.insert(0, {"Name": "owner-id", "Values": [found.listed.image.owner_id]})
    if found.listed.architecture:
        filters.append({"Name": "architecture", "Values": [found.listed.architecture]})
    return json.dumps([*filters, {"region": region}], separators=(",", ":"))


def _hcl(text: str) -> str:
    """A literal HCL string without interpolation."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
