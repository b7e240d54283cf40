"""Code that a test writes down, as a source."""

from pathlib import Path
from typing import Any

import pytest

from assay.inputs.plan.plan import Source
from assay.inputs.terraform.directory import Code
from assay.kept import Kept
from assay.model import Kind
from tests.inputs.test_code import Files, Read, lay


@pytest.fixture(name="read")
def _read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Write files below an empty folder, and read its code from there."""
    monkeypatch.chdir(tmp_path)

    def read(files: Files | str, root: str = ".", **more: Any) -> Source:
        lay({"main.tf": files} if isinstance(files, str) else files)
        kinds = more.pop("kinds", list(Kind))
        region = more.pop("region", None)
        return Code(Kept(None)).source(root, kinds=kinds, region=region, **more)

    return read
