"""Where code is read from: the disk or a saved plan, both with the paths that users know."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assay.errors import InputError
from assay.inputs.terraform.project.manifest import Manifest
from assay.inputs.terraform.project.paths import code_names, folded, is_code, joined
from assay.inputs.terraform.syntax.blocks import Block
from assay.model.addresses import ModulePath

if TYPE_CHECKING:
    from assay.inputs.saved.code import PlannedCode


class Modules(Protocol):
    """The modules installed for a root module, by their path: `a.b`."""

    def directory(self, path: str, call: Block) -> str | None:
        """The directory of the module installed at a path, if it is what the call asks for."""
        ...

    def cure(self, path: str, call: Block) -> str | None:
        """What to do so that the module at a path can be read; None if it can be read."""
        ...


class Tree(Protocol):
    """Directories and files of code."""

    def names(self, directory: str) -> list[str]:
        """The names of the files in a directory that contain Terraform code."""
        ...

    def read(self, path: str, most: int) -> bytes:
        """The contents of a file, at most `most` bytes. Raises `OSError`."""
        ...

    def modules(self, root: str) -> Modules:
        """What is installed for a root module."""
        ...

    def planned(self, path: ModulePath) -> str | None:
        """The directory of the module at this path when the plan was made; None without a plan.

        It may differ from where `source` leads: Terraform follows links on the way, and a plan that
        was tampered with may say anything. Terraform looks for the module in this directory.
        """
        ...


class Disk:
    """Files on the disk, and what `terraform init` has installed."""

    def names(self, directory: str) -> list[str]:
        """See `Tree`."""
        return code_names(directory)

    def read(self, path: str, most: int) -> bytes:
        """See `Tree`."""
        with Path(path).open("rb") as file:
            return file.read(most)  # a link may lead to an endless file

    def modules(self, root: str) -> Modules:
        """See `Tree`."""
        return Manifest(root)

    def planned(self, path: ModulePath) -> str | None:  # noqa: ARG002
        """See `Tree`."""
        return None


class Planned:
    """The files of a saved plan, with their paths below the directory `root`; no file is opened."""

    def __init__(self, code: "PlannedCode", root: str) -> None:
        """Raises `InputError` if two directories have the same path but different files."""
        self._files: dict[str, dict[str, bytes]] = {}
        for directory, files in code.files.items():
            own = {name: content for name, content in files.items() if is_code(name)}
            at = joined(root, directory)
            if self._files.setdefault(at, own) != own:  # `../code` and `.`, if that is `code`
                raise _two_versions(at)
        self.directories = tuple(self._files)
        self._modules = {
            ".".join(path): joined(root, directory) for path, directory in code.modules.items()
        }

    def names(self, directory: str) -> list[str]:
        """See `Tree`."""
        return list(self._files.get(folded(directory), ()))

    def read(self, path: str, most: int) -> bytes:
        """See `Tree`."""
        directory, _, name = path.rpartition("/")
        try:
            return self._files[folded(directory)][name][:most]
        except KeyError:
            raise FileNotFoundError(2, "not in the plan") from None

    def modules(self, root: str) -> Modules:  # noqa: ARG002
        """See `Tree`; a plan has one root."""
        return PlannedModules(self._modules)

    def planned(self, path: ModulePath) -> str | None:
        """See `Tree`."""
        return self._modules.get(".".join(path))


def _two_versions(directory: str) -> InputError:
    from assay.inputs.saved.archive import RENDER

    what = "a saved plan has two versions of the files of this directory"
    return InputError(what, where=directory, hint=RENDER)


class PlannedModules:
    """The modules of a saved plan: those that were planned, whatever their source is now."""

    def __init__(self, directories: Mapping[str, str]) -> None:
        self._directories = directories

    def directory(self, path: str, call: Block) -> str | None:  # noqa: ARG002
        """See `Modules`."""
        return self._directories.get(path)

    def cure(self, path: str, call: Block) -> str | None:  # noqa: ARG002
        """See `Modules`."""
        return None if path in self._directories else "make the plan again"
