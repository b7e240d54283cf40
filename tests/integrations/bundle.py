"""The bundle of the functions, unpacked, and a process that has nothing else to import from."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT / ".github" / "lambda" / "bundle.py"
RUNTIME = """\
import json, sys
opened = []
sys.addaudithook(lambda event, values: opened.append(str(values[0])) if event == "open" else None)
bundle, module = sys.argv[1:]
sys.path.insert(0, bundle)
from importlib import import_module
handler = import_module(module).handler
for line in sys.stdin:
    try:
        print(json.dumps(handler(json.loads(line))), flush=True)
    except Exception as error:
        print(json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}), flush=True)
foreign = [each.__file__ for each in list(sys.modules.values())
           if "site-packages" in (getattr(each, "__file__", None) or "")]
print(json.dumps({"opened": opened, "foreign": foreign}))
"""
"""What Lambda's runtime does, for one environment: import once, then an event after the other."""


class Ended(NamedTuple):
    """A process that was a function."""

    answers: list[dict[str, Any]]
    opened: list[str]
    """The files that it opened."""
    foreign: list[str]
    """Modules of another place than the bundle and the standard library."""


def made(output: Path) -> Path:
    """The bundle of what is installed here."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, MAKER, output], check=True, env=environment, cwd=ROOT)
    return output


def unpacked(bundle: Path, directory: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(directory)
    return directory


def command(tree: Path, module: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-B", "-c", RUNTIME, str(tree), module]


def function(
    tree: Path, module: str, around: Mapping[str, str], events: Sequence[Any], **how: Any
) -> Ended:
    """Run the handler of a module on events, in an environment that has `around` and no more."""
    done = subprocess.run(
        command(tree, module),
        input="".join(f"{json.dumps(each)}\n" for each in events),
        env={**around, "LAMBDA_TASK_ROOT": str(tree)},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
        **how,
    )
    assert done.returncode == 0, done.stderr
    *answers, end = [json.loads(line) for line in done.stdout.splitlines()]
    return Ended(answers, end["opened"], end["foreign"])
