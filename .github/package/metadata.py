"""The content of the package's page: README with absolute links, and the project's URLs.

All of them are built from one setting, `repository` in pyproject.toml's `tool.hatch.metadata`.
"""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

BRANCH = "main"
_LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\])\((?P<target>[^)\s]+)\)")


class CustomMetadataHook(MetadataHookInterface):  # type: ignore[misc]  # the tests' environments have no hatchling
    """The hook; hatchling finds it by this name."""

    def update(self, metadata: dict[str, object]) -> None:
        """Fill in `readme` and `urls`."""
        repository = str(self.config["repository"]).rstrip("/")
        readme = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(readme, repository),
        }
        metadata["urls"] = {
            "Source": repository,
            "Documentation": f"{repository}/tree/{BRANCH}/docs",
            "Changelog": f"{repository}/blob/{BRANCH}/CHANGELOG.md",
            "Issues": f"{repository}/issues",
            "Security": f"{repository}/security/policy",
        }


def absolute(text: str, repository: str) -> str:
    """Make every relative link absolute; links to images lead to the raw files."""

    def whole(found: re.Match[str]) -> str:
        target = found["target"]
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        view = "raw" if found["image"] else "blob"
        return f"{found['image']}{found['text']}({repository}/{view}/{BRANCH}/{target})"

    return _LINK.sub(whole, text)
