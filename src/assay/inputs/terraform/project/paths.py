"""Which files and directories contain Terraform code, and their paths as shown to users.

Facts: HashiCorp, "Files and Directories"; "Input Variables" (values files that are loaded
automatically).
"""

from functools import lru_cache
from pathlib import Path

SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
VALUES = (".tfvars", ".tfvars.json")


def code_names(path: str) -> list[str]:
    """The names of the files in a directory that contain Terraform code."""
    try:
        return [
            each.name
            for each in Path(path).iterdir()
            if is_code(each.name) and not _is_special(each)
        ]
    except OSError:
        return []


def is_code(name: str) -> bool:
    """Whether Terraform or OpenTofu treats a file of this name as code."""
    return name.endswith(SUFFIXES) and not _is_left(name)


def _is_special(path: Path) -> bool:
    """Whether it exists and is not a file, such as a directory or a pipe."""
    try:
        return path.exists() and not path.is_file()
    except OSError:
        return False  # reading it says why


def is_there(path: Path) -> bool:
    """Whether something is known to be there; `Path.exists` raises an error if it cannot know."""
    try:
        return path.exists()
    except OSError:
        return False


def _is_left(name: str) -> bool:
    """Whether an editor left the file there; Terraform skips such files."""
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name[-1] == "#")


def value_files(path: str) -> list[str]:
    """The tfvars files that Terraform loads automatically; later ones take precedence."""
    return [joined(path, name) for name in value_names(path)]


def value_names(path: str) -> list[str]:
    """The names of the tfvars files that Terraform loads automatically, in the same order."""
    try:
        names = sorted(each.name for each in Path(path).iterdir() if each.name.endswith(VALUES))
    except OSError:
        return []
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    automatic = [name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    return [*first, *automatic]


def relative(path: str, start: str) -> str:
    """A path relative to another one, without following links."""
    ours, theirs = (folded(Path(each).absolute().as_posix()).split("/") for each in (path, start))
    common = 0
    while common < min(len(ours), len(theirs)) and ours[common] == theirs[common]:
        common += 1
    return "/".join([*[".."] * (len(theirs) - common), *ours[common:]]) or "."


def is_below(path: str, top: str) -> bool:
    """Whether a path is `top` or is below it."""
    return not relative(path, top).startswith("..")


def joined(path: str, below: str) -> str:
    """A path below another, with `.` and `..` resolved where possible."""
    return folded(f"{path}/{below}" if not below.startswith("/") else below)


@lru_cache(maxsize=20_000)  # the same few paths are requested at every step on the way to a module
def folded(path: str) -> str:
    """`a/./b/../c` as `a/c`; leading `..` are kept."""
    parts: list[str] = []
    for part in Path(path).as_posix().split("/"):
        if part == "..":
            if parts and parts[-1] not in ("..", ""):
                parts.pop()
                continue
        elif part == "." or (part == "" and parts):
            continue
        parts.append(part)
    return "/".join(parts) or "."
