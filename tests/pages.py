"""The texts that people read: README and docs/, their links, and the command lines in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from assay import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[;&|(] ?|\$ )(?:[A-Z_]+=\S+ )*(?:uvx --from \S+ )?(assay (?!@).*)")


def blocks(text: str, *languages: str) -> list[str]:
    """What stands in fences of these languages."""
    return [body for language, body in _FENCE.findall(text) if language in languages]


def links(text: str) -> list[str]:
    """Targets of links and pictures, outside of code."""
    prose = re.sub(r"`[^`\n]+`", "", _FENCE.sub("", text))
    return _LINK.findall(prose)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to headings: without marks, lower case, `-` for blanks."""
    titles = (re.sub(r"[`*]", "", title) for title in _HEADING.findall(_FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def command_lines(text: str) -> Iterator[str]:
    """Each `assay …` of a shell block and of inline code."""
    yield from shell_lines(text)
    yield from re.findall(r"`(assay [^`\n]+)`", _FENCE.sub("", text))


def shell_lines(text: str) -> Iterator[str]:
    """Each `assay …` of a shell block, without comments and continuations."""
    for block in blocks(text, "sh", "console", ""):
        for line in block.replace("\\\n", " ").splitlines():
            yield from re.findall(r"\$\((assay [^)]*)\)", line)
            plain = re.sub(r"\$\([^)]*\)", "…", line)
            found = _COMMAND.search(plain.partition(" # ")[0].partition("  #")[0].strip())
            if found:
                yield re.split(r" (?:&&|;|\||>) |; ", found[1])[0].strip()


def unknown_words(line: str) -> list[str]:
    """What no command of assay knows in this line: a command, or an option by its name."""
    words = [word.strip("'\"()[]…,.") for word in line.split()][1:]
    command: click.Command = cli.cli
    context = click.Context(command, info_name="assay", **command.context_settings)
    wrong = []
    for word in words:
        if word.startswith("-") and word != "-":
            name = word.partition("=")[0]
            known = {each for param in command.get_params(context) for each in param.opts}
            known |= {
                each for param in command.get_params(context) for each in param.secondary_opts
            }
            wrong += [] if name in known else [name]
        elif isinstance(command, click.Group):
            below = command.get_command(context, word)
            if below is not None:
                command, context = below, click.Context(below, parent=context, info_name=word)
            elif not command.invoke_without_command and re.fullmatch(r"[a-z-]+", word):
                return [*wrong, word]
    return wrong
