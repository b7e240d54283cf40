"""What `terraform init` has installed: `.terraform/modules/modules.json`, held against the code."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from assay.sources.code.blocks import Block, plain_text
from assay.sources.code.paths import joined

_REGISTRY = re.compile(r"(?:[\w.-]+\.[\w.-]+/)?[\w-]+/[\w-]+/[\w-]+")
_EXACT = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+[\w.+-]*")


class Installed(msgspec.Struct):
    """An entry of the manifest that `terraform init` leaves behind."""

    Key: str
    Dir: str
    Source: str = ""
    Version: str = ""

    def answers(self, call: Block) -> bool:
        """Whether it is what a call asks for now: the code may have changed since the last init.

        Of modules of a registry source and exact version are held against the call; other
        sources are written down in a form that the call's cannot be compared with.
        """
        source = plain_text(call.attributes.get("source"))
        if source is None:
            return False
        if _REGISTRY.fullmatch(source.partition("//")[0]):
            name, _, inside = source.partition("//")
            recorded, _, below = self.Source.partition("//")
            if not (f"/{recorded}".endswith(f"/{name}") and inside == below):
                return False
        exact = (plain_text(call.attributes.get("version")) or "").removeprefix("=").strip()
        return self.Version == exact or not _EXACT.fullmatch(exact)


class _Manifest(msgspec.Struct):
    Modules: list[Installed] = []


def read_manifest(root: str) -> Mapping[str, Installed]:
    """Each module that is installed for a root module, by its path: `a.b`."""
    try:
        data = Path(joined(root, ".terraform/modules/modules.json")).read_bytes()
        manifest = msgspec.json.decode(data, type=_Manifest)
    except (OSError, ValueError, RecursionError):
        return {}
    return {each.Key: each for each in manifest.Modules}
