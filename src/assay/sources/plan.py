"""A plan's AMI references, from `resource_changes`.

That is the only section with action, value, unknown mask and sensitive mask side by side:
`planned_values` drops unknowns without a trace and `prior_state` is what was.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from assay.errors import InputError
from assay.model import (
    Action,
    AmiReference,
    InputFacts,
    Kind,
    TemplateRef,
    Unknown,
    Unusable,
    Value,
    parse_image,
)
from assay.sources.configuration import ConfigurationIndex, Configured
from assay.sources.document import PlanDocument, ResourceChange, read_document
from assay.sources.providers import Providers
from assay.sources.surface import Row, TemplateFields, rows_by_type
from assay.sources.walk import Leaf, leaves

_TEMPLATE_ID = re.compile(r"lt-[0-9a-f]{8,17}")
_TEMPLATE_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
_TEMPLATE_VERSION = re.compile(r"\$Latest|\$Default|[1-9][0-9]{0,18}")

# hashicorp/aws writes this word where the template was given by name (launchTemplateIDUnknown).
_NOT_SET = (None, "", "unknown")


@dataclass(frozen=True, slots=True)
class Source:
    """One input: its references to judge, and how many others there were, by why they are not."""

    facts: InputFacts
    references: tuple[AmiReference, ...]
    not_judged: dict[str, int]


def read_plan(
    path: str,
    data: bytes,
    *,
    kinds: Collection[Kind],
    region: str | None,
    include_unchanged: bool = False,
) -> Source:
    """The references of these kinds in the plan in `data`; `path` names it in messages.

    `region` serves for providers whose Region the plan does not tell. Raises `InputError`.
    """
    plan = read_document(path, data)
    reader = _PlanReader(path, plan, region)
    references: list[AmiReference] = []
    not_judged: Counter[str] = Counter()
    for reference in reader.references():
        aside = _set_aside(reference, kinds, include_unchanged)
        if aside:
            not_judged[aside] += 1
        else:
            references.append(reference)
    digest = hashlib.sha256(data).hexdigest()
    facts = InputFacts(path, "plan", digest, len(references))
    return Source(facts, tuple(references), dict(not_judged))


def _set_aside(
    reference: AmiReference, kinds: Collection[Kind], include_unchanged: bool
) -> str | None:
    """Why a reference gets no verdict; None when it gets one."""
    match reference.action:
        case Action.NO_OP if not include_unchanged:
            return "unchanged"
        case Action.DELETE | Action.FORGET:
            return "deleted"
        case Action.READ:
            return "read"
    return None if reference.kind in kinds else reference.kind.value


class _PlanReader:
    """Walks one plan with its configuration at hand."""

    def __init__(self, path: str, plan: PlanDocument, region: str | None) -> None:
        self._path = path
        self._plan = plan
        self._rows = rows_by_type()
        self._configuration = ConfigurationIndex(plan.configuration)
        self._providers = Providers(plan.configuration, plan.variables, region)

    def references(self) -> Iterator[AmiReference]:
        for change in self._plan.resource_changes or ():
            rows = self._rows.get(change.type)
            if rows and change.mode == "managed":
                yield from self._of_resource(change, rows)

    def _of_resource(
        self, resource: ResourceChange, rows: tuple[Row, ...]
    ) -> Iterator[AmiReference]:
        change = resource.change
        action = _action(self._path, resource)
        gone = action in (Action.DELETE, Action.FORGET)
        after = self._decode(resource, change.before if gone else change.after)
        unknown = None if gone else self._decode(resource, change.after_unknown)
        sensitive = self._decode(
            resource, change.before_sensitive if gone else change.after_sensitive
        )
        configured = self._configuration.find(
            resource.module_address, resource.mode, resource.type, resource.name
        )
        own_region = after.get("region") if isinstance(after, dict) else None
        place = self._providers.place(own_region, configured)
        for row in rows:
            for leaf in leaves(row.path, after, unknown, sensitive):
                value = _value(row, leaf, after, unknown, configured)
                if value is None:
                    continue
                yield AmiReference(
                    address=resource.address,
                    resource_type=resource.type,
                    attribute=_attribute(row, leaf),
                    kind=row.kind,
                    action=action,
                    value=value,
                    place=place,
                    sensitive=leaf.sensitive,
                )

    def _decode(self, resource: ResourceChange, raw: msgspec.Raw) -> Any:
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise InputError(
                f"the values of {resource.address} are not readable", where=self._path
            ) from None


def _action(path: str, resource: ResourceChange) -> Action:
    """The plan's action list as one word (JSON Output Format, "Change Representation")."""
    change = resource.change
    actions = set(change.actions)
    if change.importing is not None and not actions & {"delete", "forget"}:
        return Action.IMPORT
    if "create" in actions:
        return Action.REPLACE if actions & {"delete", "forget"} else Action.CREATE
    for action in (Action.UPDATE, Action.DELETE, Action.FORGET, Action.NO_OP, Action.READ):
        if action.value in actions:
            return action
    raise InputError(f"{resource.address} has an action that assay does not know", where=path)


def _attribute(row: Row, leaf: Leaf) -> str:
    """The attribute path to show; for a template block, the field that names the template."""
    if row.template is None:
        return leaf.path
    block = leaf.value if isinstance(leaf.value, dict) else {}
    by_id = block.get(row.template.id) not in _NOT_SET or block.get(row.template.name) in _NOT_SET
    return f"{leaf.path}.{row.template.id if by_id else row.template.name}"


def _value(
    row: Row, leaf: Leaf, after: Any, unknown: Any, configured: Configured | None
) -> Value | None:
    """What a leaf says; None where it names no image at all."""
    attribute = str(leaf.steps[0])
    if row.overridden_by and _is_set(row.overridden_by, after, unknown, configured):
        return None
    if leaf.unknown:
        if _computed_only(row, attribute, after, unknown, configured):
            return None
        return Unknown(configured.references(leaf.steps) if configured else ())
    if row.template is not None:
        return _template(row.template, leaf, configured)
    return parse_image(leaf.value)


def _computed_only(
    row: Row, attribute: str, after: Any, unknown: Any, configured: Configured | None
) -> bool:
    """Whether an unknown value is only AWS's to fill in, since the image comes from a sibling."""
    if configured is None or configured.writes(attribute):
        return False
    siblings = (name for name in row.instead_of if name != attribute)
    return any(_is_set(name, after, unknown, configured) for name in siblings)


def _is_set(attribute: str, after: Any, unknown: Any, configured: Configured | None) -> bool:
    """Whether an attribute has a value, or will get one that the configuration writes."""
    value = after.get(attribute) if isinstance(after, dict) else None
    if value not in (None, "", []):
        return True
    mask = unknown.get(attribute) if isinstance(unknown, dict) else unknown
    if isinstance(mask, list):
        return bool(mask)
    return mask is True and (configured is None or configured.writes(attribute))


def _template(fields: TemplateFields, leaf: Leaf, configured: Configured | None) -> Value | None:
    """A launch template block as a value."""
    if not isinstance(leaf.value, dict):
        return Unusable("is not a launch template block")
    mask = leaf.mask if isinstance(leaf.mask, dict) else {}
    template_id, name = leaf.value.get(fields.id), leaf.value.get(fields.name)
    version = leaf.value.get(fields.version)
    if mask.get(fields.version) is True:
        return Unknown(configured.references((*leaf.steps, fields.version)) if configured else ())
    if template_id in _NOT_SET and name in _NOT_SET:
        trail: tuple[str, ...] = ()
        for field in (fields.id, fields.name):
            if configured and not trail:
                trail = configured.references((*leaf.steps, field))
        return Unknown(trail)
    version = "$Default" if version in (None, "") else version
    if template_id not in _NOT_SET and not _matches(_TEMPLATE_ID, template_id):
        return Unusable("is not a launch template id")
    if template_id in _NOT_SET and not _matches(_TEMPLATE_NAME, name):
        return Unusable("is not a launch template name")
    if not _matches(_TEMPLATE_VERSION, version):
        return Unusable("has a version that is neither a number nor $Latest or $Default")
    return TemplateRef(
        id=None if template_id in _NOT_SET else template_id,
        name=None if name in _NOT_SET else name,
        version=version,
    )


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
