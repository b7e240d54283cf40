"""Module sources and versions in the form in which `terraform init` records them.

Facts: HashiCorp, "Module Sources", "Version Constraints"; go-getter's detectors, which turn
`github.com/…` and `git@host:…` into URLs. tests/terraform/test_manifest_oracle.py compares this
with the real Terraform.
"""

import re
from functools import total_ordering
from itertools import zip_longest
from posixpath import normpath
from urllib.parse import parse_qsl, urlencode

_HOSTS = ("registry.terraform.io", "registry.opentofu.org")
_REGISTRY = r"(?:([\w.-]+\.[\w.-]+(?::[0-9]+)?)/)?([\w-]+/[\w-]+/[0-9a-z]+)"
_NO_REGISTRY = ("github.com", "bitbucket.org", "gitlab.com")
_FORCED = r"(?s)([A-Za-z0-9]+)::(.+)"
_SCP = r"(?s)([^@/]+)@([^:/]+):/?(.+)"


def recorded(source: str) -> set[str]:
    """What a manifest may record for a source that is not a local path."""
    found = {source}
    package, inside = _split(source)
    registry = re.fullmatch(_REGISTRY, package)
    if registry and registry[1] not in _NO_REGISTRY:
        hosts = (registry[1].lower(),) if registry[1] else _HOSTS
        below = f"//{inside}" if inside else ""
        return {f"{registry[2]}{below}", *(f"{host}/{registry[2]}{below}" for host in hosts)}
    url = _detected(package)
    if url is not None:
        package, deeper = _split(url)
        found.add(_with_inside(package, "/".join(each for each in (deeper, inside) if each)))
    return found


def _split(source: str) -> tuple[str, str]:
    """The package with its query, and the directory after `//`."""
    path, mark, query = source.partition("?")
    scheme = path.find("://")
    at = path.find("//", scheme + 3 if scheme >= 0 else 0)
    if at < 0:
        return source, ""
    return f"{path[:at]}{mark}{query}", normpath(path[at + 2 :]).removeprefix("./")


def _with_inside(package: str, inside: str) -> str:
    path, mark, query = package.partition("?")
    return f"{path}//{inside}{mark}{query}" if inside else package


def _detected(package: str) -> str | None:
    """The full URL for a short form; None if it cannot be determined."""
    forced = re.fullmatch(_FORCED, package)
    rest = forced[2] if forced else package
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", rest):
        return package
    url = _short(rest)
    if url is None:
        return None
    return f"{forced[1]}::{url.partition('::')[2]}" if forced else url


def _short(package: str) -> str | None:
    path, mark, query = package.partition("?")
    host, *parts = path.split("/")
    if host in _NO_REGISTRY and len(parts) >= 2:
        repository = parts[1].removesuffix(".git")
        below = f"//{'/'.join(parts[2:])}" if parts[2:] else ""
        return f"git::https://{host}/{parts[0]}/{repository}.git{below}{mark}{query}"
    scp = re.fullmatch(_SCP, path)
    if scp:
        ordered = urlencode(sorted(parse_qsl(query))) if query else ""
        return f"git::ssh://{scp[1]}@{scp[2]}/{scp[3]}{mark}{ordered}"
    return None


# ------------------------------------------------------------------------------------- versions

_VERSION = (
    r"v?([0-9]+(?:\.[0-9]+)*)(?:-?([0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*))?(?:\+[0-9A-Za-z.~-]+)?"
)
_CONSTRAINT = r"\s*(=|!=|>=|<=|>|<|~>|)\s*(\S+)\s*"


@total_ordering
class _Version:
    """A version as go-version compares it: three or more numbers and a prerelease part."""

    def __init__(self, text: str) -> None:
        """Raises `ValueError`."""
        found = re.fullmatch(_VERSION, text)
        if found is None or len(text) > 100:
            raise ValueError
        numbers = [int(each) for each in found[1].split(".")]
        self.written = len(numbers)
        self.numbers = numbers + [0] * (3 - len(numbers))
        self.before = found[2] or ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version) and not self < other and not other < self

    def __hash__(self) -> int:
        return hash((tuple(self.numbers), self.before))

    def __lt__(self, other: "_Version") -> bool:
        for ours, theirs in zip_longest(self.numbers, other.numbers, fillvalue=0):
            if ours != theirs:
                return ours < theirs
        return self._key() < other._key()

    def _key(self) -> tuple[bool, list[tuple[bool, int, str]]]:
        parts = self.before.split(".") if self.before else []
        return not self.before, [
            (not each.isdecimal(), int(each) if each.isdecimal() else 0, each) for each in parts
        ]


def satisfies(version: str, constraints: str) -> bool:
    """Whether a version satisfies all constraints; False if either cannot be parsed."""
    try:
        own = _Version(version)
        return all(_satisfies(own, each) for each in constraints.split(","))
    except ValueError:
        return False


def _satisfies(own: _Version, constraint: str) -> bool:
    found = re.fullmatch(_CONSTRAINT, constraint)
    if found is None:
        raise ValueError
    operator, wanted = found[1], _Version(found[2])
    match operator:
        case "" | "=":
            return own == wanted
        case "!=":
            return own != wanted
    if own.before and (not wanted.before or own.numbers != wanted.numbers):
        return False
    match operator:
        case ">":
            return own > wanted
        case ">=":
            return own >= wanted
        case "<":
            return own < wanted
        case "<=":
            return own <= wanted
    same = own.numbers[: wanted.written - 1] == wanted.numbers[: wanted.written - 1]
    return own >= wanted and same
