"""Reports as they were read by eye and found good; `python -m tests.report.golden` writes them again."""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from assay.report.formats import azure, github, markdown, text
from assay.report.setting import Setting
from tests.report import samples

FOLDER = Path(__file__).parent / "golden"
_TEXTS = {
    "plain": samples.PLAIN,
    "quiet": replace(samples.PLAIN, quiet=True),
    "verbose": replace(samples.PLAIN, verbose=True),
    "narrow": replace(samples.PLAIN, width=80),
    "colour": replace(samples.PLAIN, colour=True),
}
_REPORTS = ("demo", "empty", "everything")


def expected() -> Iterator[tuple[str, Callable[[], str]]]:
    """Every file's name, and what makes its text."""
    for name in _REPORTS:
        for style, setting in _TEXTS.items():
            yield f"{name}-{style}.txt", _made(text.render, name, setting)
        yield f"{name}.md", _made(markdown.render, name)
    for name in (*_REPORTS, "lenient"):
        yield f"{name}.github", _made(github.render, name)
        yield f"{name}.azure", _made(azure.render, name)


def _made(
    render: Callable[..., str], name: str, setting: Setting = samples.PLAIN
) -> Callable[[], str]:
    return lambda: render(samples.ALL[name](), setting)


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, made in expected():
        (FOLDER / name).write_text(made(), "utf-8")


if __name__ == "__main__":
    write()
