"""What GitHub's runner makes of a job's log: which lines it obeys.

By the runner's own source, `src/Runner.Common/ActionCommand.cs` and
`src/Runner.Worker/ActionCommandManager.cs`: a line that starts with `::`, or holds `##[` anywhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

OBEYED = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
    "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One line that the runner obeyed."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def commands(log: str) -> list[Command]:
    """What was obeyed, in its order, but for stopping and resuming, which must come in pairs."""
    token: str | None = None
    obeyed: list[Command] = []
    for command in _parsed(log):
        name = command.name.lower()
        if token is not None:
            token = None if name == token.lower() else token
        elif name == "stop-commands":
            token = command.data
            assert re.fullmatch(r"[0-9a-f]{64}", token), "a token that could be guessed"
        elif name in OBEYED:
            obeyed.append(command)
    assert token is None, "nothing would be obeyed after this step's output"
    return obeyed


def _parsed(log: str) -> Iterator[Command]:
    for line in re.split(r"\r\n|\r|\n", log):
        for found in (
            re.match(r"\s*::([^ ]*?)(?: (.*?))?::(.*)$", line, re.DOTALL),
            re.search(r"##\[([^ \]]*)(?: ([^\]]*))?\](.*)$", line, re.DOTALL),
        ):
            if found:
                pairs = (each.partition("=") for each in (found[2] or "").strip().split(","))
                properties = {name: _plain(value, ":,") for name, _, value in pairs if name}
                yield Command(found[1], _plain(found[3], ""), properties)
                break


def _plain(text: str, more: str) -> str:
    for each in f"\r\n{more}%":
        text = text.replace(f"%{ord(each):02X}", each)
    return text
