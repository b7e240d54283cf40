"""The wire formats `ec2`, `query` (STS, Auto Scaling), `json` (SSM, Organizations), `rest-json`
(Account Management, of which all is in the body) and S3's, of which one object is read, from botocore's models.

Requests become the parameters a client was called with; answers become bytes.
"""

import base64
import functools
import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from botocore.loaders import Loader
from botocore.model import ServiceModel

from .errors import ApiError

JSON = ("json", "rest-json")
OBJECTS = "rest-xml"
"""S3's: what is answered is the object itself."""
JSON_TYPE = "application/x-amz-json-1.1"
XML_TYPE = "text/xml;charset=UTF-8"
_LOADING = threading.Lock()


def service_model(service: str) -> Any:
    """botocore's model of a service, loaded once though many connections ask for it together."""
    with _LOADING:
        return _loaded_model(service)


@functools.cache
def _loaded_model(service: str) -> Any:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def content_type(service: str) -> str:
    return JSON_TYPE if service_model(service).protocol in JSON else XML_TYPE


def parse_request(service: str, target: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters. `target` is X-Amz-Target, a header only `json` has, or else
    the path.
    """
    model = service_model(service)
    if model.protocol == "rest-json":
        return _at_path(model, target), json.loads(body or b"{}")
    if model.protocol == OBJECTS:
        return "GetObject", {}
    if model.protocol == "json":
        return target.rpartition(".")[2], json.loads(body or b"{}")
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    operation = form.pop("Action", "")
    form.pop("Version", None)
    if operation not in model.operation_names:
        return operation, dict(form)
    shape = model.operation_model(operation).input_shape
    return operation, _from_form(shape, _nested(form), model.protocol, "") if shape else {}


def _at_path(model: Any, path: str) -> str:
    """The operation that is posted to a path, or the path, which is no operation's name."""
    every = {each: model.operation_model(each).http for each in model.operation_names}
    paths = {http["requestUri"]: each for each, http in every.items() if http["method"] == "POST"}
    return str(paths.get(path, path))


def _nested(form: Mapping[str, str]) -> dict[str, Any]:
    """`{"Filter.1.Name": "x"}` as `{"Filter": {"1": {"Name": "x"}}}`."""
    root: dict[str, Any] = {}
    for key, value in form.items():
        *parents, last = key.split(".")
        node = root
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value
    return root


def _from_form(shape: Any, node: Any, protocol: str, path: str) -> Any:
    if shape.type_name == "structure":
        names = {_form_name(name, s, protocol): name for name, s in shape.members.items()}
        for key in node.keys() - names.keys():
            # EC2's answer to a misspelt parameter (appoxy/aws#32 shows it).
            raise ApiError("UnknownParameter", f"The parameter {path}{key} is not recognized")
        return {
            names[key]: _from_form(shape.members[names[key]], child, protocol, f"{path}{key}.")
            for key, child in node.items()
        }
    if shape.type_name == "list":
        if node == "":  # how the query protocol writes an empty list
            return []
        if protocol == "query" and not shape.serialization.get("flattened"):
            node = node[shape.member.serialization.get("name", "member")]
        ordered = sorted(node, key=int)
        return [_from_form(shape.member, node[i], protocol, f"{path}{i}.") for i in ordered]
    return _from_text(shape, node)


def _form_name(name: str, shape: Any, protocol: str) -> str:
    """The name of a member in a form: botocore.serialize, `EC2Serializer._get_serialized_name`."""
    given = shape.serialization.get("name", name)
    if protocol == "query":
        return str(given)
    return str(shape.serialization.get("queryName") or given[0].upper() + given[1:])


def _from_text(shape: Any, text: str) -> Any:
    match shape.type_name:
        case "boolean":
            return text.lower() == "true"
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "timestamp":
            return datetime.fromisoformat(text)
        case "blob":
            return base64.b64decode(text)
    return text


def answer(service: str, operation: str, result: Mapping[str, Any], request_id: str) -> bytes:
    """The body of a successful answer."""
    model = service_model(service)
    shape = model.operation_model(operation).output_shape
    if model.protocol in JSON:
        return json.dumps(result, default=_json_value).encode()
    if model.protocol == OBJECTS:
        return bytes(result["Body"])
    root = ET.Element(f"{operation}Response", xmlns=model.metadata["xmlNamespace"])
    if model.protocol == "query":
        wrapper = shape.serialization["resultWrapper"]
        _add_members(ET.SubElement(root, wrapper), shape, result)
        metadata = ET.SubElement(root, "ResponseMetadata")
        ET.SubElement(metadata, "RequestId").text = request_id
    else:
        ET.SubElement(root, "requestId").text = request_id
        if shape is None:  # EC2 then answers <return>true</return>
            ET.SubElement(root, "return").text = "true"
        else:
            _add_members(root, shape, result)
    return _document(root)


def _add_members(parent: ET.Element, shape: Any, value: Mapping[str, Any]) -> None:
    for name, member in value.items():
        if name in shape.members:
            inner = shape.members[name]
            _add(parent, inner.serialization.get("name", name), inner, member)
        else:  # an invented member: written as it is, so that check_shape meets it
            ET.SubElement(parent, name).text = str(member)


def _add(parent: ET.Element, tag: str, shape: Any, value: Any) -> None:
    element = ET.SubElement(parent, tag)
    match shape.type_name:
        case "structure":
            _add_members(element, shape, value)
        case "list":
            for item in value:
                _add(element, shape.member.serialization.get("name", "member"), shape.member, item)
        case "boolean":
            element.text = "true" if value is True else "false" if value is False else str(value)
        case "timestamp" if isinstance(value, datetime):
            element.text = timestamp(value)
        case "blob":
            element.text = base64.b64encode(value).decode()
        case _:
            element.text = str(value)


def timestamp(time: datetime) -> str:
    """EC2's spelling of a time, with milliseconds and Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def _json_value(value: object) -> object:
    """What `json` 1.1 writes for a time: seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def error_answer(service: str, code: str, message: str, request_id: str) -> bytes:
    """The body of an error, in the shape the service's protocol has for it."""
    model = service_model(service)
    if model.protocol in JSON:
        named = "__type" if model.protocol == "json" else "code"
        return json.dumps({named: code, "message": message}).encode()
    if model.protocol == OBJECTS:
        root = error = ET.Element("Error")
        id_tag = "RequestId"
    elif model.protocol == "query":
        root = ET.Element("ErrorResponse", xmlns=model.metadata["xmlNamespace"])
        error = ET.SubElement(root, "Error")
        ET.SubElement(error, "Type").text = "Sender"
        id_tag = "RequestId"
    else:
        root = ET.Element("Response")
        error = ET.SubElement(ET.SubElement(root, "Errors"), "Error")
        id_tag = "RequestID"
    ET.SubElement(error, "Code").text = code
    ET.SubElement(error, "Message").text = message
    ET.SubElement(root, id_tag).text = request_id
    return _document(root)


def _document(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document
