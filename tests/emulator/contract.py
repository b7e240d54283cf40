"""Whether an answer keeps to the output shape that botocore's model gives its operation.

It reads the bytes on the wire, independently of what wrote them: botocore's own parsers skip
unknown elements and never look at enumerations, so a wrong emulator would pass unnoticed.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .wire import JSON, OBJECTS, service_model

Node = Any  # an XML element, or a value of parsed JSON


def check_shape(service: str, operation: str, body: bytes) -> None:
    """Raise AssertionError naming every deviation of a successful answer from the model."""
    violations = list(_answer_violations(service, operation, body))
    assert not violations, f"{service}:{operation} breaks its contract: " + "; ".join(violations)


def _answer_violations(service: str, operation: str, body: bytes) -> Iterator[str]:
    model = service_model(service)
    shape = model.operation_model(operation).output_shape
    if model.protocol == OBJECTS:
        return
    if model.protocol in JSON:
        yield from _violations(shape, json.loads(body), "")
        return
    root = ET.fromstring(body)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != f"{operation}Response":
        yield f"the root is {root.tag}"
    if model.protocol == "query":
        wrapper = root.find(shape.serialization["resultWrapper"])
        if wrapper is None or root.find("ResponseMetadata/RequestId") is None:
            yield "the result wrapper or the request id is missing"
        else:
            yield from _violations(shape, wrapper, "")
        return
    request_id = root.find("requestId")
    if request_id is None:
        yield "the request id is missing"
    else:
        root.remove(request_id)
    if shape is not None:
        yield from _violations(shape, root, "")
    elif [child.tag for child in root] != ["return"]:
        yield "an operation without output answers <return> only"


def _violations(shape: Any, node: Node, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure_violations(shape, node, path)
    elif shape.type_name == "list":
        item_name = shape.member.serialization.get("name", "member")
        for i, (name, item) in enumerate(_items(node)):
            if name not in (None, item_name):
                yield f"{path}[{i}]: {name} instead of {item_name}"
            yield from _violations(shape.member, item, f"{path}[{i}]")
    else:
        yield from _scalar_violations(shape, node, path)


def _structure_violations(shape: Any, node: Node, path: str) -> Iterator[str]:
    names = {s.serialization.get("name", name): name for name, s in shape.members.items()}
    seen: set[str] = set()
    for name, child in _fields(node):
        if name not in names:
            yield f"{path}.{name}: not a member of {shape.name}"
        elif names[name] in seen:
            yield f"{path}.{name}: twice"
        else:
            seen.add(names[name])
            yield from _violations(shape.members[names[name]], child, f"{path}.{names[name]}")
    for missing in set(shape.required_members) - seen:
        yield f"{path}.{missing}: required, and missing"


def _scalar_violations(shape: Any, node: Node, path: str) -> Iterator[str]:
    in_xml = isinstance(node, ET.Element)
    value = (node.text or "") if isinstance(node, ET.Element) else node
    match shape.type_name:
        case "string":
            good = isinstance(value, str) and (not shape.enum or value in shape.enum)
        case "boolean":
            good = value in ("true", "false") if in_xml else isinstance(value, bool)
        case "integer" | "long":
            good = _is_integer(value) if in_xml else type(value) is int
        case "timestamp":
            good = _is_time(value) if in_xml else type(value) in (int, float)
        case _:
            good = True
    if not good:
        wanted = getattr(shape, "enum", None) or shape.type_name
        yield f"{path}: {value!r} is not {wanted}"


def _fields(node: Node) -> list[tuple[str, Node]]:
    if isinstance(node, ET.Element):
        return [(child.tag, child) for child in node]
    return list(node.items())


def _items(node: Node) -> list[tuple[str | None, Node]]:
    if isinstance(node, ET.Element):
        return [(child.tag, child) for child in node]
    return [(None, item) for item in node]


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _is_time(text: str) -> bool:
    """ISO 8601 with a time zone, as AWS writes it."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
