"""The generic sweep: images named at paths that no row of the table explains.

A new resource type, or one of an unexpected provider, must be reported and never ignored. AMI ids
and `resolve:ssm:` aliases are recognized by their form anywhere, including in map keys, behind JSON
escapes and in base64. The id of a launch template is followed if the resource type is not AWS's, or
if the attribute is one that launches.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from assay.inputs.plan.document.walk import Leaf
from assay.inputs.surface import only_mentions
from assay.inputs.surface.mentions import of_aws
from assay.model import Alias, AmiId, Planned, TemplateRef, astray, parse_image
from assay.model.addresses import Step
from assay.model.ids import (
    AMI_ID_FOUND,
    BEHIND_ESCAPE,
    PARAMETER,
    TEMPLATE_ID_FOUND,
    TEMPLATE_VERSION,
    has_form,
)

_ALIAS = rf"(?<!\{{\{{)(?:(?<![\w:])|{BEHIND_ESCAPE})resolve:ssm:{PARAMETER}(?::{PARAMETER})*"
# These are compiled only on demand: most plans never need them, and each takes 0.2 ms.
_AMI_IDS, _TEMPLATES = AMI_ID_FOUND.encode(), TEMPLATE_ID_FOUND.encode()
_IN_TEXT = f"{AMI_ID_FOUND}|{_ALIAS}"
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_LAUNCHES = r"(?i)launch_?template(_?id)?|(template|lt)_?id"
_ESCAPE = r"\\(?:u00|x)([2-7][0-9a-fA-F])"
_ENCODED = ("base64", "user_data")

_Named = AmiId | Alias | TemplateRef


def may_name_an_image(raw: bytes) -> bool:
    """Whether a quick search of a resource's raw JSON leaves open that it names an image.

    The search is for literal text first, which is many times faster than any pattern.
    """
    return (
        (b"ami-" in raw and re.search(_AMI_IDS, raw) is not None)
        or b"resolve:ssm:" in raw
        or _holds_hidden(raw)
        or _holds_template(raw)
    )


def _holds_hidden(raw: bytes) -> bool:
    """Whether there are escapes in strings, or base64 text where images may be named."""
    if b"\\" in raw and (b"\\u00" in raw or b"\\x" in raw):
        return True
    return _is_text(raw, b'base64"') or _is_text(raw, b'user_data"')


def _is_text(raw: bytes, key: bytes) -> bool:
    """Whether any attribute whose name ends in `key` is a string; nearly all of them are null."""
    at = raw.find(key)
    while at >= 0:
        at += len(key)
        if raw[at : at + 2] == b':"' or raw[at : at + 3] == b': "':
            return True
        at = raw.find(key, at)
    return False


def _holds_template(raw: bytes) -> bool:
    return b"lt-" in raw and re.search(_TEMPLATES, raw) is not None


def holds_more(raw: bytes, explained: Collection[Any]) -> bool:
    """Whether a resource's raw text may name more images than the `explained` values."""
    ids, aliases = raw.count(b"ami-"), raw.count(b"resolve:ssm:")
    if ids or aliases:
        texts = [value for value in explained if isinstance(value, str)]
        if ids > sum("ami-" in text for text in texts):
            return True
        if aliases > sum("resolve:ssm:" in text for text in texts):
            return True
    return _holds_hidden(raw) or (not explained and _holds_template(raw))


def strays(
    resource_type: str, after: Any, sensitive: Any, explained: Collection[tuple[Step, ...]]
) -> Iterator[tuple[Leaf, Planned | None]]:
    """Yield each image in `after` outside the `explained` paths; None if it launches nothing."""
    ours = of_aws(resource_type)
    for path, text, hidden, around in _strings(after, sensitive):
        if any(path[:end] in explained for end in range(1, len(path) + 1)):
            continue
        for named in _named(path, text, around, ours=ours):
            shown = path[:1] if hidden else named_steps(path)  # a sensitive value may also be a key
            leaf = Leaf(shown, text, None, hidden)
            mentioned = only_mentions(resource_type, str(path[0]))
            yield leaf, None if mentioned else astray(named, leaf.path)


def named_steps(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the path up to the first step that is not like a name: a map key can be any text."""
    for end, step in enumerate(path):
        if isinstance(step, str) and not _NAME.fullmatch(step):
            return path[:end]
    return path


def named_in(text: str) -> Iterator[AmiId | Alias]:
    """Yield every AMI id and `resolve:ssm:` alias in a text, whether escaped or not."""
    if "\\" in text:
        text = re.sub(_ESCAPE, lambda found: chr(int(found[1], 16)), text)
    for found in dict.fromkeys(re.findall(_IN_TEXT, text)):
        image = parse_image(found)
        if isinstance(image, AmiId | Alias):
            yield image


def templates_in(text: str, around: Any) -> Iterator[TemplateRef]:
    """Yield every launch template id in a text, at the version given beside it."""
    if "lt-" not in text:
        return
    found = dict.fromkeys(re.findall(TEMPLATE_ID_FOUND, text))
    known = around if isinstance(around, dict) else {}
    version = str(known.get("version") or known.get("Version") or "")
    beside = version if len(found) == 1 and has_form(version, TEMPLATE_VERSION) else "$Default"
    for id in found:
        yield TemplateRef(id, None, beside)


def _named(path: tuple[Step, ...], text: str, around: Any, *, ours: bool) -> Iterator[_Named]:
    key = str(path[-1])
    yield from named_in(text)
    if key.endswith(_ENCODED) and (decoded := _decoded(text)):
        yield from named_in(decoded)
    if not ours or any(re.fullmatch(_LAUNCHES, step) for step in map(str, path[-3:])):
        yield from templates_in(text, around)
    elif "lt-" in text and text.lstrip()[:1] in ("{", "["):
        yield from _launched(text)


def _launched(text: str) -> Iterator[TemplateRef]:
    """Yield the launch templates in JSON text, such as the input of an API call."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return
    for path, each, _, around in _strings(document, None):
        if any(re.fullmatch(_LAUNCHES, step) for step in map(str, path[-3:])):
            yield from templates_in(each, around)


def _decoded(text: str) -> str | None:
    """Decode a text if it is base64."""
    from base64 import b64decode

    try:
        return b64decode(text, validate=True).decode("utf-8", "replace")
    except ValueError:
        return None


_Found = tuple[tuple[Step, ...], str, bool, Any]


def _strings(after: Any, sensitive: Any) -> Iterator[_Found]:
    """Yield every string and key with its path, whether it is sensitive, and the value around it.

    Without recursion, because a plan can nest to any depth.
    """
    stack: list[tuple[tuple[Step, ...], Any, Any, Any]] = [((), after, sensitive, None)]
    while stack:
        path, value, mask, around = stack.pop()
        if isinstance(value, str):
            if path:
                yield path, value, mask is True, around
            continue
        items: Any = ()
        if isinstance(value, dict):
            items = value.items()
            for key in value:
                if path and ("ami-" in key or "resolve:ssm:" in key):
                    yield path, key, mask is True, around
        elif isinstance(value, list):
            items = enumerate(value)
        stack.extend(
            ((*path, step), item, True if mask is True else _below(mask, step), value)
            for step, item in items
        )


def _below(mask: Any, step: Step) -> Any:
    if isinstance(mask, dict):
        return mask.get(step)
    if isinstance(mask, list) and isinstance(step, int) and step < len(mask):
        return mask[step]
    return None
