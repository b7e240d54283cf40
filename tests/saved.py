"""Saved plans that are made here, byte by byte: what Terraform would not write."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

PLAN = b"\x08\x03"
"""The beginning of a plan of the only form there is."""
STATE = b'{"version": 4}'
ROOT = {"Key": "", "Dir": "."}


def manifest(*modules: Mapping[str, Any]) -> bytes:
    """`tfconfig/modules.json` with the root module and others."""
    return json.dumps([ROOT, *modules]).encode()


def members(**more: bytes) -> dict[str, bytes]:
    """What a saved plan holds that has one file of code; `more` by the names of their members."""
    return {
        "tfplan": PLAN,
        "tfstate": STATE,
        "tfstate-prev": STATE,
        "tfconfig/m-/main.tf": b'resource "terraform_data" "a" {}\n',
        "tfconfig/modules.json": manifest(),
        ".terraform.lock.hcl": b"# locks\n",
        **more,
    }


def archive(
    content: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip archive of members, which may have one name twice."""
    named = content.items() if isinstance(content, Mapping) else content
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as file:
        for name, data in named:
            file.writestr(_named(name), data, method)
    return written.getvalue()


def _named(name: str) -> zipfile.ZipInfo:
    """The name as it is: zipfile would mend some."""
    info = zipfile.ZipInfo()
    info.filename = name
    return info


def of_modules(modules: Iterable[Mapping[str, Any]], files: Mapping[str, bytes]) -> bytes:
    """An archive with these modules, beside the root, and these files below `tfconfig/`."""
    code = {f"tfconfig/{name}": data for name, data in files.items()}
    return archive(members(**code, **{"tfconfig/modules.json": manifest(*modules)}))


def rewritten(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An archive in which one member has other bytes, packed as it was."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        content = {each: file.read(each) for each in file.namelist()}
    assert old in content[name]
    content[name] = content[name].replace(old, new)
    return archive(content)
