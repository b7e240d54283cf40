"""Build the bundle from which the functions inside AWS are deployed: `bundle.py OUTPUT.zip [SITE]`, as `make lambda` does.

SITE is a directory in which the distributions below are installed for the platform that the functions run on;
by default, those of this Python are used. The bundle contains assay, the imports of its handlers, botocore with only
the services that they call, and reduced service models (`models/`). The same input gives the same bytes.
`bundle.py --distributions` prints the names of the distributions.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

import botocore
from botocore.session import Session

import assay
from assay.catalog.aws.permissions import EVERY_READ, FINDINGS, FUNCTIONS
from assay.catalog.aws.service_models import cut_loader
from assay.integrations.surroundings import MODELS
from assay.kept import Kept

DISTRIBUTIONS = (
    *("botocore", "jmespath", "python-dateutil", "six", "urllib3"),
    *("msgspec", "PyYAML", "regex"),
    # These find what is wrong with a policy.
    *("jsonschema", "jsonschema-specifications", "referencing", "rpds-py", "attrs"),
    "typing_extensions",
)
"""The imports of the handlers, and their dependencies. The command line, HTML and HCL are not needed."""
LEFT_OUT = ("checks", "cli", "inputs/terraform", "report/html_page")
"""Parts of assay that no event reaches."""
KINDS = ("service-2", "endpoint-rule-set-1", "paginators-1", "service-2.sdk-extras")
DATA = ("botocore", "data")


def services() -> set[str]:
    """Return the services that the functions inside AWS call."""
    rows = (*EVERY_READ, *FINDINGS, *FUNCTIONS)
    return {"sts", *(each.service for each in rows)}


def main() -> None:
    if sys.argv[1:] == ["--distributions"]:
        print(*DISTRIBUTIONS)
        return
    output = Path(sys.argv[1])
    site = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory).resolve() / "bundle"
        fill(tree, site)
        write(tree, output)


def fill(tree: Path, site: Path | None) -> None:
    """Put everything into a directory that does not exist yet."""
    for name in DISTRIBUTIONS:
        for source, target in files(distribution(name, site)):
            copy(source, tree / target)
    package = Path(assay.__file__).parent
    for source in sorted(package.rglob("*")):
        inside = source.relative_to(package).as_posix()
        left_out = any(inside == each or inside.startswith(f"{each}/") for each in LEFT_OUT)
        if source.is_file() and "__pycache__" not in source.parts and not left_out:
            copy(source, tree / "assay" / inside)
    models(tree / MODELS)
    compiled(tree)


def distribution(name: str, site: Path | None) -> metadata.Distribution:
    """Return an installed distribution. Exits if it is missing, or if models would not fit its version."""
    where = [str(site)] if site else sys.path
    found = next(iter(metadata.distributions(name=name, path=where)), None)
    if found is None or found.files is None:
        sys.exit(f"bundle: {name} is not installed in {site or 'this Python'}")
    if name == "botocore" and found.version != botocore.__version__:
        sys.exit(f"bundle: botocore is {found.version} there and {botocore.__version__} here: "
                 "only the same version can cut its models")  # fmt: skip
    return found


def files(of: metadata.Distribution) -> Iterator[tuple[Path, str]]:
    """Yield each file to copy, and its path in the bundle."""
    for each in of.files or ():
        if ".." in each.parts or "__pycache__" in each.parts or each.suffix == ".pyc":
            continue
        if each.name not in ("RECORD", "direct_url.json", "INSTALLER", "REQUESTED") and wanted(
            each
        ):
            yield Path(str(of.locate_file(each))), each.as_posix()


def wanted(file: PurePosixPath) -> bool:
    """Return whether a file is needed: not data of other services, usage examples, or files for compilers."""
    if file.suffix in (".pyi", ".pyx", ".pxd", ".c", ".h"):
        return False
    if file.parts[:2] != DATA or len(file.parts) == 3:
        return True
    kind = file.name.removesuffix(".gz").removesuffix(".json")
    return file.parts[2] in services() and kind in KINDS and newest(file)


def newest(file: PurePosixPath) -> bool:
    """Return whether a file belongs to the version of its service that botocore uses."""
    versions = Path(botocore.__file__).parent / "data" / file.parts[2]
    return file.parts[3] == max(each.name for each in versions.iterdir() if each.is_dir())


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def models(directory: Path) -> None:
    """Cut the service models, as a run does if it finds none."""
    loader = cut_loader(Session(), Kept(directory))
    if loader is None or not any(directory.glob("botocore-*.json")):
        sys.exit(
            "bundle: the service models could not be cut (is AWS_DATA_PATH set, or does ~/.aws/models exist?)"
        )


def compiled(tree: Path) -> None:
    """Add byte code, which is not checked against the time of its source: Lambda cannot write any."""
    made_for = {each.name.split(".")[1].split("-")[1] for each in tree.glob("msgspec/*.so")}
    digits = made_for.pop() if made_for else ""  # 313 in _core.cpython-313-aarch64-linux-gnu.so
    version = f"{digits[:1]}.{digits[1:]}"
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    python = sys.executable if version == here else shutil.which(f"python{version}")
    if (
        python is None
        or subprocess.run([python, "-I", "-c", ""], check=False, capture_output=True).returncode
    ):
        print(
            f"bundle: python{version} does not run here, so nothing is compiled and functions start slower"
        )
        return
    how = ("-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/var/task")
    subprocess.run([python, "-I", "-m", "compileall", *how, str(tree)], check=True)


def write(tree: Path, output: Path) -> None:
    """Write one archive, which every user can read and whose bytes are always the same."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(each for each in tree.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main()
