"""Karpenter's node classes, which determine the images of its nodes.

Facts: Karpenter documentation, "NodeClasses" (`spec.amiSelectorTerms`: terms are alternatives;
`id`, `alias` as `family@version`, `ssmParameter`, `name` with `owner`, `tags`); AWSNodeTemplate of
versions before v1beta1 (`spec.amiSelector` with `aws-ids` or `aws::ids`, `spec.launchTemplate`).
The values of a chart are searched for the same names at any depth.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assay.inputs.plan.embedded.contents import Contents, Holder, Told
from assay.inputs.plan.embedded.syntax import UnreadableError, read
from assay.inputs.plan.embedded.tree import Open
from assay.inputs.plan.embedded.types import NODE_CLASSES
from assay.model import (
    Alias,
    AmiId,
    Kind,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unusable,
    Value,
    parse_image,
)
from assay.model.addresses import Path

_TERMS, _OLD = "amiSelectorTerms", "amiSelector"
_CLASS, _OLD_CLASS = "EC2NodeClass", "AWSNodeTemplate"
_SET = re.compile(rf"(?:.*\.)?{_TERMS}\[(\d+)\]\.([A-Za-z]+)")
_IDS = ("aws-ids", "aws::ids")
_DEEPEST = 60
BY_SEARCH = Unusable(
    "is a search that Karpenter runs when it launches a node, so its result is not known",
    "select the image by id, or by ssmParameter",
)
_ALIAS = re.compile(r"(al2|al2023|bottlerocket|windows20[0-9]{2})@(latest|v[0-9][0-9.]{0,20})")
_FAMILY = re.compile(r"AL2|AL2023|Bottlerocket|Ubuntu|Windows20[0-9]{2}")
_FIX = "select a golden image by id, or by ssmParameter"
_NO_TERM = Unusable("selects no image in a way that assay reads", "select the image by id")


def manifest(holder: Holder) -> Contents:
    """`kubernetes_manifest`: an object, with a mask for unknown values."""
    mask = holder.unknown.get("manifest") if isinstance(holder.unknown, dict) else holder.unknown
    tree = _opened(holder.value("manifest"), mask)
    return Contents(tuple(_classes(tree, ("manifest",))), read=("object",))


def yaml_body(holder: Holder) -> Contents:
    """`kubectl_manifest`: YAML, of which the provider shows a copy that may be redacted."""
    name = "yaml_body"
    if holder.value(name) is None and holder.value("yaml_body_parsed") is not None:
        name = "yaml_body_parsed"
    told = tuple(_in_text(holder.value(name), (name,)))
    return Contents(told, read=("yaml_body_parsed", "yaml_incluster", "live_manifest_incluster"))


def release(holder: Holder) -> Contents:
    """`helm_release`: YAML in `values`, and single values in `set` blocks."""
    told: list[Told] = []
    for index, text in enumerate(holder.value("values") or ()):
        told.extend(_in_text(text, ("values", index)))
    for block in ("set", "set_sensitive", "set_wo"):
        for index, each in enumerate(_blocks(holder.value(block))):
            found = _SET.fullmatch(str(each.get("name", "")))
            if found and each.get("value") is not None:
                _, value = _term({found[2]: each["value"]})
                kind = Kind.SERVICE if isinstance(value, ServiceImage) else Kind.LAUNCH
                told.append(Told((block, index, "value"), value, kind))
    return Contents(tuple(told), read=("metadata", "manifest"))


def any_text(holder: Holder) -> Contents:
    """Any other resource: node classes in strings that name Karpenter's selectors."""
    told: list[Told] = []
    for name, value in holder.after.items():
        told.extend(_in_text(value, (name,)))
        for index, each in enumerate(value if isinstance(value, list) else ()):
            told.extend(_in_text(each, (name, index)))
    return Contents(tuple(told))


def _speaks(text: str) -> bool:
    return any(word in text for word in NODE_CLASSES)


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _in_text(text: Any, at: Path) -> Iterator[Told]:
    if not isinstance(text, str) or not _speaks(text):
        return
    try:
        documents = read(text)
    except UnreadableError as error:
        yield Told(
            at,
            Unusable(
                f"names Karpenter's selectors and {error.args[0]}",
                "write it as YAML that assay can read",
            ),
        )
        return
    for number, document in enumerate(documents):
        yield from _classes(document, at if len(documents) == 1 else (*at, number))


def _opened(tree: Any, mask: Any) -> Any:
    """The tree, with `Open` where the mask says that a value is known only after apply."""
    if mask is True:
        return Open("apply")
    if isinstance(mask, dict):
        known = tree if isinstance(tree, dict) else {}
        return {name: _opened(known.get(name), mask.get(name)) for name in {**known, **mask}}
    if isinstance(mask, list):
        items = tree if isinstance(tree, list) else []
        length = max(len(items), len(mask))
        return [
            _opened(items[i] if i < len(items) else None, mask[i] if i < len(mask) else None)
            for i in range(length)
        ]
    return tree


def _classes(tree: Any, at: Path, depth: int = 0) -> Iterator[Told]:
    """Yield the images that every node class in a tree selects."""
    if depth > _DEEPEST or not isinstance(tree, dict | list):
        return
    if isinstance(tree, list):
        for index, each in enumerate(tree):
            yield from _classes(each, (*at, index), depth + 1)
        return
    if tree.get("kind") in (_CLASS, _OLD_CLASS):
        yield from _unselected(tree.get("spec"), (*at, "spec"))
    for name, each in tree.items():
        path = (*at, str(name))
        if name == _TERMS:
            yield from _terms(each, path)
        elif name == _OLD:
            yield from _old(each, path)
        else:
            yield from _classes(each, path, depth + 1)


def _unselected(spec: Any, at: Path) -> Iterator[Told]:
    """The image of a node class without selectors: a launch template's, or one that AWS chooses."""
    if isinstance(spec, Open):
        yield Told(at, Unknown())
    if not isinstance(spec, dict) or spec.get(_TERMS) or spec.get(_OLD):
        return
    template = spec.get("launchTemplate")
    if isinstance(template, str):
        yield Told((*at, "launchTemplate"), TemplateRef(None, template, "$Default"))
    else:
        family = str(spec.get("amiFamily") or "AL2")
        shown = family if _FAMILY.fullmatch(family) else None
        yield Told((*at, "amiFamily"), _service("amiFamily", shown), Kind.SERVICE)


def _terms(terms: Any, at: Path) -> Iterator[Told]:
    if isinstance(terms, Open):
        yield Told(at, Unknown())
    for index, term in enumerate(terms if isinstance(terms, list) else ()):
        name, value = _term(term)
        kind = Kind.SERVICE if isinstance(value, ServiceImage) else Kind.LAUNCH
        yield Told((*at, index, name) if name else (*at, index), value, kind)


def _term(term: Any) -> tuple[str, Value]:
    """Return the field of a term that selects the image, and the image."""
    if isinstance(term, Open) or not isinstance(term, dict):
        return "", Unknown()
    for name in ("id", "ssmParameter", "alias", "name", "tags", "owner"):
        value = term.get(name)
        if value in (None, "", {}):
            continue
        if isinstance(value, Open):
            return name, Unknown()
        match name:
            case "id":
                return name, _image(value)
            case "ssmParameter":
                return name, _image(f"resolve:ssm:{value}")
            case "alias":
                return name, _by_alias(value)
        return name, BY_SEARCH
    return "", _NO_TERM


def _by_alias(value: Any) -> ServiceImage:
    """A family of images that AWS builds, and its version."""
    shown = value if isinstance(value, str) and _ALIAS.fullmatch(value) else None
    return _service("alias", shown)


def _service(name: str, shown: str | None) -> ServiceImage:
    told = (f"{name} = {shown}",) if shown else ()
    return ServiceImage("Karpenter", "it is Amazon's", _FIX, shown, told)


def _image(value: Any) -> Value:
    found = parse_image(value)
    return found if isinstance(found, AmiId | Alias) else found or _NO_TERM


def _old(selector: Any, at: Path) -> Iterator[Told]:
    """`amiSelector` of AWSNodeTemplate: comma-separated ids, or tags."""
    if isinstance(selector, Open):
        yield Told(at, Unknown())
    if not isinstance(selector, dict):
        return
    name = next((name for name in _IDS if name in selector), None)
    ids = selector[name] if name else None
    if name is None or not isinstance(ids, str):
        yield Told(at, Unknown() if isinstance(ids, Open) else BY_SEARCH)
        return
    for each in ids.split(","):
        yield Told((*at, name), _image(each.strip()))
