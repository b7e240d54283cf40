"""Who may import whom: the design's table, read from the source and from a fresh interpreter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assay

ROOT = Path(assay.__file__).parent

ALLOWED = {
    "integrations": {"integrations", "run", "errors", "kept"},
    "model": {"model"},
    "errors": set(),
    "files": set(),
    "digests": set(),
    "kept": {"files"},
    "inputs": {"inputs", "model", "errors", "kept", "digests"},
    "catalog": {"catalog", "model", "errors", "kept", "digests"},
    "lookup": {"lookup", "model", "errors", "catalog.interface", "catalog.questions"},
    "policy": {"policy", "model", "errors", "digests"},
    "allowed_amis": {"allowed_amis", "policy", "model", "errors", "catalog.aws.ec2"},
    "report": {"report", "model", "errors", "digests"},
    "fleet": {
        "fleet",
        "model",
        "errors",
        "lookup",
        "policy",
        "catalog.interface",
        "catalog.questions",
        "catalog.fleet_questions",
    },
    "run": {
        "run",
        "digests",
        "model",
        "errors",
        "kept",
        "inputs",
        "catalog",
        "lookup",
        "policy",
        "report",
        "fleet",
    },
}
"""Which rooms a room may see; `cli` sees them all."""
WITHIN = {
    "inputs/surface": set(),
    "inputs/saved": set(),
    "inputs/plan/document": {"inputs.surface"},
    "inputs/plan/trails": {"inputs.surface", "inputs.plan.document"},
    "inputs/plan/places": {"inputs.surface", "inputs.plan.document"},
    "inputs/plan/embedded": {"inputs.surface", "inputs.plan.document"},
    "inputs/plan/made": {
        "inputs.surface",
        "inputs.plan.document",
        "inputs.plan.trails",
        "inputs.plan.places",
        "inputs.plan.embedded",
    },
    "inputs/plan": {"inputs.surface", "inputs.plan"},
    "inputs/terraform/syntax": set(),
    "inputs/terraform/language": {"inputs.terraform.syntax"},
    "inputs/terraform/project": {
        "inputs.terraform.syntax",
        "inputs.terraform.language",
        "inputs.plan.plan",
        "inputs.saved",
    },
    "inputs/terraform/program": {
        "inputs.surface",
        "inputs.plan",
        "inputs.terraform.syntax",
        "inputs.terraform.language",
        "inputs.terraform.project",
    },
    "inputs/terraform/joined": {
        "inputs.surface",
        "inputs.plan",
        "inputs.terraform.syntax",
        "inputs.terraform.language",
        "inputs.terraform.project",
        "inputs.terraform.program",
    },
    "catalog/aws": {"catalog.interface", "catalog.questions", "catalog.fleet_questions"},
    "catalog/decorators": {
        "catalog.interface",
        "catalog.questions",
        "catalog.recording_file",
    },
    "report/lineage": {"report"},
    "policy/rules": {"policy"},
}
"""What a room inside a room may see of its own house, besides itself: data flows one way there, too."""
ONLY_IN = {
    "boto3": {"catalog/aws/clients.py"},
    "botocore": {
        "catalog/aws/clients.py",
        "catalog/aws/quick_xml.py",
        "catalog/aws/sdk.py",
        "catalog/aws/service_models.py",
        "catalog/aws/credentials.py",
        "catalog/aws/signing.py",
        "catalog/aws/documents.py",
    },
    "hcl2": {"inputs/terraform/syntax/strict.py"},
    "jinja2": {"report/templates.py"},
    "jsonschema": {"policy/explaining.py"},
    "platformdirs": {"run/cache.py"},
    "regex": {"catalog/aws/name_regex.py"},
    "tree_sitter": {"inputs/terraform/syntax/parsing.py"},
    "duckdb": {"fleet/database.py"},
    "yaml": {
        "policy/syntax.py",
        "fleet/accounts.py",
        "inputs/plan/embedded/syntax.py",
        "inputs/terraform/language/functions/yaml.py",
    },
}
HEAVY = (
    "boto3",
    "botocore",
    "hcl2",
    "jinja2",
    "jsonschema",
    "regex",
    "yaml",
    "msgspec",
    "dataclasses",
)


def modules() -> Iterator[Path]:
    yield from sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, and whether the import stands at its top."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        top = node in tree.body
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or "", top
            for alias in node.names:
                yield f"{node.module}.{alias.name}", top


def room(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_only_what_the_design_allows(path: Path) -> None:
    allowed = ALLOWED.get(room(path))
    if allowed is None:
        assert room(path) in ("cli", "__init__", "__main__")
        return
    for name, _ in imports(path):
        parts = name.split(".")
        if parts[0] != "assay" or len(parts) == 1:
            continue
        inside = ".".join(parts[1:])
        if inside == "__version__":
            continue
        assert any(inside == at or inside.startswith(f"{at}.") for at in allowed), (
            f"{path.relative_to(ROOT)} imports {name}"
        )


@pytest.mark.parametrize("inner", WITHIN)
def test_data_flows_one_way_inside_a_room(inner: str) -> None:
    own = inner.replace("/", ".")
    for path in (ROOT / inner).glob("*.py"):
        for name, _ in imports(path):
            inside = name.removeprefix("assay.")
            if inside == name or inside.split(".")[0] != inner.split("/", maxsplit=1)[0]:
                continue
            allowed = {own, *WITHIN[inner]}
            assert any(inside == at or inside.startswith(f"{at}.") for at in allowed), (
                f"{path.relative_to(ROOT)} imports {name}"
            )


def test_no_modules_import_one_another() -> None:
    """Not for types alone, either: what two modules know of each other is one module's knowledge."""
    names = {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts): path for path in modules()
    }
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    reads = {
        name: {each for each, _ in imports(path) if each in names and not _is_around(each, name)}
        for name, path in names.items()
    }
    assert len(reads) > 200
    assert not circles(reads)


def _is_around(package: str, module: str) -> bool:
    """Whether it is a package that the module stands in, of which others import the module itself."""
    return module == package or module.startswith(f"{package}.")


def circles(reads: dict[str, set[str]]) -> list[str]:
    """What is left of a graph when all is taken away that reads nothing that is left, or is read by
    nothing that is left.
    """
    left = dict(reads)
    while True:
        read = set().union(*left.values()) if left else set()
        ends = [
            name for name, others in left.items() if name not in read or not others & left.keys()
        ]
        if not ends:
            return sorted(left)
        for name in ends:
            del left[name]


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"b"}}) == ["b", "c"]


def test_foreign_libraries_have_one_door_each() -> None:
    for path in modules():
        for name, top in imports(path):
            library = name.split(".")[0]
            if library in ONLY_IN:
                where = str(path.relative_to(ROOT))
                assert where in ONLY_IN[library], f"{where} imports {library}"
                if where != "policy/syntax.py":  # itself imported where a policy is read
                    assert not top, f"{where} imports {library} before it is needed"


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = "import sys, assay.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    click_loads = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, click; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "assay.cli" in loaded
    assert not [name for name in HEAVY if name in loaded and name not in click_loads]


_WALKERS = (
    "run/program.py",
    "run/rendering.py",
    "run/saved_plans.py",
    "run/cases.py",
    "run/inputs.py",
    "run/policies.py",
    "run/recording.py",
)
"""What asks which files are there; pathlib would cost every check its import."""


def test_only_the_command_line_reads_the_clock_the_environment_and_the_streams() -> None:
    forbidden = {"os", "sys", "time", "logging"}
    excused = {
        "policy/rules/rule.py": {"sys"},  # finds a rule's own docstring
        "catalog/aws/credential_processes.py": {"os"},  # ends processes, and opens the terminal
        "fleet/gathered.py": {"os"},  # looks at thousands of files, and says how old one is
        "files.py": {"os"},  # makes files that nobody else has made
        "kept.py": {"os"},  # opens without following links, and asks whose files they are
        "run/cache.py": {"os"},  # asks whether files have owners here
        "integrations/surroundings.py": {"os", "time"},  # the host of what runs inside AWS
        "integrations/config_rule.py": {"logging"},  # its voice
        "integrations/events.py": {"logging"},
        "integrations/security_hub.py": {"logging"},
        **{where: {"os"} for where in _WALKERS},
    }
    for path in modules():
        where = str(path.relative_to(ROOT))
        if where == "__main__.py" or where.startswith("cli/"):
            continue
        host = where == "integrations/surroundings.py"
        found = {name for name, _ in imports(path)} & forbidden
        assert found <= excused.get(where, set()), where
        tree = ast.parse(path.read_text())
        names = {  # but for what the host of a run is asked
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "host"
        }
        assert host or not names & {"now", "utcnow", "today"}, where
        calls = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"print", "input", "exit", "open", "eval", "exec"}, where


def test_modules_and_functions_fit_on_a_screen() -> None:
    for path in modules():
        text = path.read_text()
        where = str(path.relative_to(ROOT))
        assert len(text.splitlines()) <= 300, where
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                assert node.end_lineno - node.lineno < 48, f"{where}: {node.name}"
