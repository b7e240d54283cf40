"""What a person is told who asks for help, or who writes what is no command."""

import os
import statistics
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assay.cli import COMMANDS, cli
from assay.cli.manual import EXAMPLES, SUMMARIES
from assay.cli.usage import part_of
from assay.policy.rules import RULES
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


def test_the_list_says_of_each_command_what_the_command_says() -> None:
    assert {name: ALL[name].get_short_help_str(200) for name in COMMANDS} == SUMMARIES


def test_every_command_has_an_example_that_its_own_options_make() -> None:
    assert EXAMPLES.keys() == ALL.keys()
    for path, command in ALL.items():
        known = {name for param in command.params for name in param.opts}
        for line in EXAMPLES[path].splitlines():
            if line.startswith(f"assay {path}") and path and not isinstance(command, click.Group):
                said = {word for word in line.split() if word.startswith("-")}
                assert said <= known, line


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
        (("policy", "valdate"), "no such command 'valdate'; did you mean 'validate'?"),
        (("inventory", "dif"), "no such command 'dif'; did you mean 'diff'?"),
        (("check", "--polcy", "x"), "no such option --polcy; did you mean '--policy'?"),
        (("check", "--zzz"), "no such option --zzz; see assay check --help"),
        (("check",), "Missing argument 'PATH...'. See assay check --help"),
        (("explain", "unmaked"), "'unmaked' is neither a rule nor an AMI id; did you mean 'unmarked'?"),
    ],
)  # fmt: skip
def test_what_is_mistyped_is_told_with_what_was_meant(
    line: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    run = assay(*line, cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr) == (2, "", f"assay: {told}\n")


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


@pytest.mark.skipif(os.cpu_count() == 1, reason="a ratio of processes that fight for one core")
def test_help_costs_little_more_than_click() -> None:
    commands = {"click": ["-c", "import click"], "help": ["-m", "assay", "--help"]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(5):
        for name, arguments in commands.items():
            times[name].append(cpu_seconds(arguments, 0))
    assert statistics.median(times["help"]) < 1.5 * statistics.median(times["click"])
