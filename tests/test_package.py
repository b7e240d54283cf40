"""What people install: the wheel from nowhere but this disk, the container's steps, the release."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from email import message_from_string
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml

import assay
from assay.catalog.aws.clients import _SERVICES

ROOT = Path(__file__).resolve().parent.parent
WHEELS = Path(sys.prefix, "wheels")
CONTAINER = ROOT / ".github" / "container"
RELEASE: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
REPOSITORY = SETTINGS["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
RECORDED = ("--catalog", "catalog.json", "--policy", "policy.yaml")
DEMO = ("plan.json", *RECORDED, "--as-of", "2026-11-22")
TEXTS = {".md", ".py", ".toml", ".yml", ".yaml", ".json", ".sh", ".hcl", ".tf", "", ".txt"}


def run(*command: str | Path, cwd: Path = ROOT, **extra: str) -> subprocess.CompletedProcess[str]:
    """Without this process's Python settings, and without a package index."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **extra},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not any(WHEELS.glob("hatchling-*.whl")):
        pytest.skip(f"NOT TESTED: there are no wheels in {WHEELS} (`make wheels` puts them there)")
    folder = tmp_path_factory.mktemp("dist")
    pip = (sys.executable, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check")
    built = run(*pip, "wheel", "--no-deps", "--find-links", WHEELS, "--wheel-dir", folder, ROOT)
    assert built.returncode == 0, built.stderr
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment's programs, after `pip install assay-ami` there."""
    home = tmp_path_factory.mktemp("empty") / "environment"
    assert run(sys.executable, "-I", "-m", "venv", home).returncode == 0
    python = home / "bin" / "python"
    done = run(
        python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "install",
        "--no-index", "--find-links", WHEELS, "--find-links", wheel.parent, "assay-ami",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return python.parent


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return message_from_string(archive.read(name).decode())


def test_it_is_called_assay_ami_and_its_command_is_assay(wheel: Path, metadata: Message) -> None:
    assert wheel.name == f"assay_ami-{assay.__version__}-py3-none-any.whl"
    assert (metadata["Name"], metadata["Version"]) == ("assay-ami", assay.__version__)
    assert SETTINGS["project"]["scripts"] == {"assay": "assay.__main__:main"}


def test_it_holds_every_schema_the_policies_and_the_checks_and_no_test(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    schemas = {str(path.relative_to(ROOT / "src")) for path in ROOT.glob("src/**/*.schema.json")}
    for kind in ("policy/policy", "report/report", "report/inventory/inventory"):
        assert f"assay/{kind}.schema.json" in schemas
    assert schemas <= names
    starters = {f"assay/{path.relative_to(ROOT)}" for path in ROOT.glob("policies/*/policy.yaml")}
    assert len(starters) == 5
    assert starters <= names
    assert "assay/checks/assay_checks.py" in names
    assert {name.split("/")[0] for name in names} == {
        "assay",
        f"assay_ami-{assay.__version__}.dist-info",
    }


def test_its_page_leads_somewhere(metadata: Message) -> None:
    """All from one setting: no link of README is relative there, and each names what exists."""
    page = metadata.get_payload()
    assert isinstance(page, str)
    targets = re.findall(r"\]\(([^)\s]+)\)", page)
    ours = [target for target in targets if target.startswith(REPOSITORY)]
    assert len(ours) > 10
    assert [t for t in targets if not re.match(r"https://|#", t)] == []
    for target in ours:
        view, branch, path = target.removeprefix(f"{REPOSITORY}/").split("/", 2)
        assert view in {"blob", "raw"}
        assert branch == "main"
        assert (ROOT / path.partition("#")[0]).exists(), target
    urls = dict(entry.split(", ", 1) for entry in metadata.get_all("Project-URL", []))
    assert {"Source", "Documentation", "Changelog", "Issues", "Security"} == set(urls)
    assert all(url.startswith(REPOSITORY) for url in urls.values())


def test_the_command_works_where_nothing_else_is(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "assay", "--version", cwd=tmp_path)
    assert told.stdout == f"assay {assay.__version__}\n"
    demo = tmp_path / "demo"
    shutil.copytree(ROOT / "fixtures" / "demo", demo)
    checked = run(installed / "assay", "check", *DEMO, "--format", "json", cwd=demo)
    assert checked.returncode == 1, checked.stderr
    assert json.loads(checked.stdout)["summary"]["fail"] == 1
    for name, *arguments in (
        ("init", "--from", "regulated"),
        ("policy", "validate", "assay.yaml"),
        ("policy", "schema"),
        ("explain", "unmarked"),
        ("rules",),
        ("export", "allowed-amis"),
        ("check", "demo/plan.json", "--offline", "--exit-zero", "-o", "html=r.html"),
    ):
        done = run(installed / "assay", name, *arguments, cwd=tmp_path)
        assert done.returncode == 0, (name, done.stderr)
    given = ("demo/plan.json", "--catalog", "demo/catalog.json", "--policy", "demo/policy.yaml")
    assert run(installed / "assay", "check", *given, "-o", "json=r.json", cwd=tmp_path).returncode
    verified = run(
        installed / "assay", "report", "verify", "r.json", "--plan", *given, cwd=tmp_path
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    listed = run(installed / "assay", "init", "--list", cwd=tmp_path)
    where = Path(listed.stdout.split()[-1])
    assert where.parent.name == "assay"
    tested = run(installed / "assay", "policy", "test", where / "regulated", cwd=tmp_path)
    assert tested.returncode == 0, tested.stdout
    for shell in ("bash", "zsh", "fish"):
        completion = run(installed / "assay", cwd=tmp_path, _ASSAY_COMPLETE=f"{shell}_source")
        assert "_ASSAY_COMPLETE" in completion.stdout
    asked = run(installed / "assay", "inventory", "sql", "SELECT 1", cwd=tmp_path)
    assert asked.returncode == 2
    assert "assay[" not in asked.stderr


def test_the_containers_pruning_leaves_what_is_asked(installed: Path, tmp_path: Path) -> None:
    """The step of the Dockerfile, in a copy of that environment."""
    home = tmp_path / "pruned"
    shutil.copytree(installed.parent, home, symlinks=True)
    python = home / "bin" / "python"
    [models] = home.glob("lib/python*/site-packages/botocore/data")
    before = _size(models)
    pruned = run(python, "-I", CONTAINER / "prune.py")
    assert pruned.returncode == 0, pruned.stderr
    assert _size(models) < before * 0.4
    services = [*re.findall(r"[a-z0-9]+", _SERVICES), "sso", "sso-oidc", "signin"]
    code = (
        "import sys, boto3\n"
        "session = boto3.Session(region_name='us-east-1')\n"
        "for name in sys.argv[1:]: session.client(name)\n"
    )
    clients = run(python, "-I", "-c", code, *services, cwd=tmp_path)
    assert clients.returncode == 0, clients.stderr
    lost = run(python, "-I", "-c", code, "lambda", cwd=tmp_path)
    assert "UnknownServiceError" in lost.stderr
    checked = run(python, "-I", "-m", "assay", "check", *DEMO, cwd=ROOT / "fixtures" / "demo")
    assert checked.returncode == 1, checked.stderr


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_container_runs_as_nobody_and_installs_by_hash() -> None:
    text = (CONTAINER / "Dockerfile").read_text()
    stages = text.split("\nFROM ")
    assert len(stages) == 3
    build, last = stages[1:]
    assert "--require-hashes" in build
    assert "prune.py" in build
    assert re.search(r"^USER 65532:65532$", last, re.MULTILINE)
    assert last.index("USER ") < last.index("ENTRYPOINT")
    assert "pip" not in last
    assert set(re.findall(r"COPY (?!--from)(.+) /build/", build)) == {
        ".github/action/requirements.txt .github/container/prune.py",
        "dist/assay_ami-*.whl",
    }
    ignored = (CONTAINER / "Dockerfile.dockerignore").read_text().split()
    assert ignored[0] == "*"
    builders = re.search(r"uninstall --yes \\\n\s+(.+) \\", build)
    assert builders
    pinned = set(re.findall(r"^([\w.-]+)==", _pins(), re.MULTILINE))
    assert set(builders[1].split()) <= pinned
    assert "hatchling" in builders[1]


def _pins() -> str:
    return (ROOT / ".github" / "action" / "requirements.txt").read_text()


def test_a_release_has_no_stored_secret_and_what_builds_cannot_publish() -> None:
    jobs: Mapping[str, Any] = RELEASE["jobs"]
    assert RELEASE[True] == {"push": {"tags": ["v*"]}}
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"] == "pypi"
    assert {"build", "attest"} <= set(jobs["publish"]["needs"])
    assert not any("run" in step for step in jobs["publish"]["steps"])
    assert not any("checkout" in step.get("uses", "") for step in jobs["publish"]["steps"])
    text = (ROOT / ".github/workflows/release.yml").read_text()
    assert "secrets." not in text
    assert "cache" not in text
    assert text.count("actions/attest-build-provenance@") == 2


def test_the_version_has_its_section() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.+)$", changes, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(assay.__version__)} - \d{{4}}-\d\d-\d\d", headings[1])


_STRANGER = re.compile(
    r"""(?:pipx?|uv(?:\ tool|\ pip)?)\ install\ (?:-\S+\ )*['"]?assay(?![\w-])
    |uvx\ ['"]?assay(?![\w-])
    |--(?:with|from)\ ['"]?assay(?![\w-])
    |['"` ]assay\[(?:fleet|dask|dev|server)\]""",
    re.VERBOSE,
)


@pytest.mark.parametrize(
    "text",
    ["pip install assay", "uvx assay check", "pipx install 'assay[x]'", " assay[fleet]"],
)
def test_what_a_stranger_has_published_would_be_seen(text: str) -> None:
    assert _STRANGER.search(text)


def test_nothing_tells_people_to_install_what_a_stranger_has_published() -> None:
    """The name `assay` on the index is not ours."""
    here = Path(__file__).resolve()
    folders = ("src", "docs", "checks", "policies", "fixtures", ".github", "benchmarks")
    files = [*ROOT.glob("*"), ROOT / ".pre-commit-hooks.yaml"]
    files += [path for folder in folders for path in (ROOT / folder).rglob("*")]
    told = []
    for path in files:
        if path.is_file() and path != here and path.suffix in TEXTS:
            found = _STRANGER.search(path.read_text("utf-8", errors="replace"))
            told += [f"{path.relative_to(ROOT)}: {found[0]}"] if found else []
    assert told == []
