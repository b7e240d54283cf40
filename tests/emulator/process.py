"""The emulator in a process of its own, for benchmarks and for trials by hand.

    python -m tests.emulator.process tests.worlds:GoldenWorld --delay-seconds 0.1 --replay

prints its URL, serves until its standard input ends, and then prints how often each operation was
asked for. The factory is a function or class without parameters, in a module or in a file, whose
result is a World or has one as `world`.
"""

import argparse
import contextlib
import http.client
import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from .server import CALLS, serve
from .world import World

ROOT = Path(__file__).resolve().parents[2]


def made_by(factory: str) -> World:
    """The world that `package.module:name` or `path/to/file.py:name` makes."""
    place, _, name = factory.rpartition(":")
    make = getattr(_module(place), name, None) if place else None
    made = make() if callable(make) else None
    world = getattr(made, "world", made)
    if not isinstance(world, World):
        raise SystemExit(f"{factory} is no module:name or file.py:name of what makes a World")
    return world


def _module(place: str) -> ModuleType:
    if not place.endswith(".py"):
        return importlib.import_module(place)
    specification = importlib.util.spec_from_file_location(Path(place).stem, place)
    if specification is None or specification.loader is None:
        raise SystemExit(f"{place} cannot be imported")
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    specification.loader.exec_module(module)
    return module


@contextlib.contextmanager
def serve_apart(
    factory: str,
    *,
    delay_seconds: float = 0.0,
    replay: bool = False,
    replicas_of: tuple[str, str] | None = None,
) -> Iterator[str]:
    """The URL of an emulator in a process of its own, for the length of a `with` block.

    A factory in a file is named by a path that is absolute or begins at the repository's root.
    CalledProcessError at the end of the block says that it failed; why stands on standard error.
    """
    command = [sys.executable, "-m", "tests.emulator.process", factory]
    command += ["--delay-seconds", str(delay_seconds), *(["--replay"] if replay else [])]
    command += ["--replicas-of", *replicas_of] if replicas_of else []
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            if url := process.stdout.readline().strip():
                yield url
        finally:
            process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def call_counts(url: str) -> dict[str, int]:
    """How often each operation was asked for at an emulator, such as `ec2:DescribeImages`."""
    parts = urlsplit(url)
    assert parts.hostname
    with contextlib.closing(http.client.HTTPConnection(parts.hostname, parts.port)) as connection:
        connection.request("GET", CALLS)
        counts: dict[str, int] = json.loads(connection.getresponse().read())
    return counts


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.process")
    parser.add_argument("factory", help="package.module:name or path/to/file.py:name")
    parser.add_argument(
        "--delay-seconds", type=float, default=0.0, help="the least an answer takes"
    )
    parser.add_argument("--replay", action="store_true", help="answer repeated reads from memory")
    parser.add_argument(
        "--replicas-of", nargs=2, metavar=("ACCOUNT", "REGION"), help="what all places are like"
    )
    options = parser.parse_args(arguments)
    with serve(
        made_by(options.factory),
        delay_seconds=options.delay_seconds,
        replay=options.replay,
        replicas_of=options.replicas_of,
    ) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()
        counts = server.counts()
    sys.stdout.write(f"{json.dumps(counts)}\n")


if __name__ == "__main__":
    main()
