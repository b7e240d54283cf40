"""What a person is told who asks for help, or who writes what is no command."""

import os
import re
import shlex
import statistics
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assay.cli import COMMANDS, cli
from assay.cli.manual import EXAMPLES, SUMMARIES
from assay.cli.usage import part_of
from assay.policy.rules import RULES
from assay.run import formats
from benchmarks.start import cpu_seconds
from tests.command import assay


def commands(command: click.Command = cli, path: str = "") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, f"{path} {name}".strip())


ALL = dict(commands())
FORMATS = ", ".join(f"'{name}'" for name in formats.FORMATS)


def test_the_list_says_of_each_command_what_the_command_says() -> None:
    assert {name: ALL[name].get_short_help_str(200) for name in COMMANDS} == SUMMARIES


def test_every_command_has_an_example_that_it_understands() -> None:
    """Each line of assay's is parsed by the command that it names, values and all."""
    assert EXAMPLES.keys() == ALL.keys()
    for path in ALL:
        lines = [shlex.split(each) for each in EXAMPLES[path].splitlines()]
        assert any(["assay", *path.split()] == line[: len(path.split()) + 1] for line in lines) or (
            path == "checkov-dir"
        )
        for line in lines:
            if line[0] == "assay":
                understood(line[1 : line.index(">") if ">" in line else None])


def understood(words: list[str]) -> None:
    """Parse a command line without running it."""
    command: click.Command = cli
    context = click.Context(command, info_name="assay")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        below = command.get_command(context, words[0])
        if below is None:
            break
        command, words = below, words[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    if not isinstance(command, click.Group) or words:
        command.make_context(command.name, words)


def test_options_come_in_one_order_in_every_command() -> None:
    """Whichever of two options comes first in one command's help does so in all."""
    after: dict[str, set[str]] = {}
    for path, command in ALL.items():
        text = command.get_help(click.Context(command, info_name=f"assay {path}".strip()))
        rows = re.split(r"\n(?:Input|AWS|Policy|Output):\n", text, maxsplit=1)[1]
        names = re.findall(r"^  (?:-\w, )?(--[\w-]+)", rows, re.MULTILINE)
        assert len(names) == len(set(names)) > 0
        for n, name in enumerate(names):
            after.setdefault(name, set()).update(names[n + 1 :])
    where = {"--exclude", "--account", "--watermark", "--state", "--policy"}
    assert not {
        (one, other)
        for one, later in after.items()
        for other in later
        if one in after[other] and not where & {one, other}
    }, "or options of one name that are about several things"


@pytest.mark.parametrize("path", ALL)
def test_help_has_each_option_once_in_its_part_with_its_variable(path: str) -> None:
    command = ALL[path]
    context = click.Context(command, info_name=f"assay {path}".strip())
    text = " ".join(command.get_help(context).split())
    assert "Options:" not in text
    assert "Example:" in text
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            assert f"{part_of(param)}:" in text
            if param.envvar:
                assert f"[env var: {param.envvar}" in text, param.name


@pytest.mark.parametrize("group", ["", "policy", "export", "push", "report"])
def test_a_group_alone_prints_its_help_as_written(group: str, tmp_path: Path) -> None:
    alone = assay(*group.split(), cwd=tmp_path)
    helped = assay(*group.split(), "--help", cwd=tmp_path)
    assert (helped.code, helped.stderr) == (0, "")
    assert helped.stdout.count("\n") > 8
    assert helped.stdout in (alone.stderr, alone.stdout)
    assert alone.code == (2 if alone.stderr else 0)  # as click: before 8.2 it took this for help


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("chekc",), "no such command 'chekc'; did you mean 'check'?"),
        (("zzz",), "no such command 'zzz'; see assay --help"),
        (("validate", "assay.yaml"), "no such command 'validate'; did you mean 'assay policy validate'?"),
        (("diff",), "no such command 'diff'; did you mean 'assay inventory diff'?"),
        (("version",), "no such command 'version'; did you mean 'assay --version'?"),
        (("help",), "no such command 'help'; did you mean 'assay --help'?"),
        (("policy", "help"), "no such command 'help'; did you mean 'assay policy --help'?"),
        (("tfplan",), "no such command 'tfplan'; did you mean 'assay check tfplan'?"),
        (("policy", "valdate"), "no such command 'valdate'; did you mean 'validate'?"),
        (("inventory", "dif"), "no such command 'dif'; did you mean 'diff'?"),
        (("check", "--polcy", "x"), "no such option --polcy; did you mean '--policy'?"),
        (("check", "--zzz"), "no such option --zzz; see assay check --help"),
        (("plan.json",), "no such command 'plan.json'; did you mean 'assay check plan.json'?"),
        (("check", "--format", "jsn", "x"), f"Invalid value for '--format': 'jsn' is not one of {FORMATS}. Did you mean 'json'?"),
        (("check", "-o", "jsn=x", "x"), f"Invalid value for '-o' / '--output': 'jsn=x': give FORMAT=FILE with one of {FORMATS.replace(chr(39), '')}; did you mean 'json'?"),
        (("inventory", "--format", "zz"), "Invalid value for '--format': 'zz' is not one of 'text', 'json', 'csv', 'html'."),
        (("check",), "Missing argument 'PATH...'. See assay check --help"),
        (("explain", "unmaked"), "'unmaked' is neither a rule nor an AMI id; did you mean 'unmarked'?"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_told_with_what_was_meant(
    line: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text("{}")
    run = assay(*line, cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr) == (2, "", f"assay: {told}\n")


@pytest.mark.parametrize("path", [path for path in ALL if path])
def test_every_command_takes_debug(path: str, tmp_path: Path) -> None:
    run = assay(*path.split(), "--debug", "--help", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")
    assert "--debug" not in run.stdout


def test_a_shell_completes_commands_and_rules(tmp_path: Path) -> None:
    def completed(words: str) -> list[str]:
        env = {"_ASSAY_COMPLETE": "bash_complete", "COMP_WORDS": words}
        env["COMP_CWORD"] = str(len(words.split()) - 1)
        run = assay(cwd=tmp_path, env=env, apart=True)
        return [line.partition(",")[2] for line in run.stdout.splitlines()]

    assert completed("assay inv") == ["inventory"]
    expected = [rule.id for rule in RULES if rule.id.startswith("un")]
    assert completed("assay explain un") == expected
    assert completed("assay check --poli") == ["--policy"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("assay check tfp", "file"),
        ("assay doctor tfp", "file"),
        ("assay policy validate as", "file"),
        ("assay policy test po", "dir"),
        ("assay check --policy as", "file"),
        ("assay check --source-root in", "dir"),
        ("assay record plan.json -o ca", "file"),
        ("assay report verify re", "file"),
    ],
)
def test_a_shell_completes_files_where_they_are_named(
    words: str, kind: str, tmp_path: Path
) -> None:
    begun = words.rpartition(" ")[2]
    env = {"_ASSAY_COMPLETE": "bash_complete", "COMP_WORDS": words}
    run = assay(cwd=tmp_path, env=env | {"COMP_CWORD": str(words.count(" "))})
    assert run.stdout == f"{kind},{begun}\n"


@pytest.mark.skipif(os.cpu_count() == 1, reason="a ratio of processes that fight for one core")
def test_help_costs_little_more_than_click() -> None:
    commands = {"click": ["-c", "import click"], "help": ["-m", "assay", "--help"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(5):
        for name, arguments in commands.items():
            times[name].append(cpu_seconds(arguments, 0))
    assert statistics.median(times["help"]) < 1.5 * statistics.median(times["click"])
