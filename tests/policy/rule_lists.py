"""Where the rules are listed besides their register; `python -m tests.policy.rule_lists` writes it.

The policy's schema lists those whose severity can be chosen and those that exceptions may name, the
page about policies has a table of all.
"""

import re
from collections.abc import Callable
from pathlib import Path

from assay.policy.rules import RULES

ROOT = Path(__file__).resolve().parents[2]

_CHOSEN = re.compile(r'()(?: +"[a-z-]+": \{"\$ref": "#/definitions/severity"\},?\n)+')
_EXCEPTED = re.compile(r'("The rules that may fail\.[^\[]*\[)[^\]]*')
_TABLE = re.compile(
    r"()(?:^\| `[a-z-]+` \| .+ \| (?:error|warning|undetermined) \|\n)+", re.MULTILINE
)


def schema(text: str) -> str:
    """The schema with the rules that there are."""
    names = [f'"{rule.id}"' for rule in RULES if rule.configurable]
    chosen = ",\n".join(f'        {name}: {{"$ref": "#/definitions/severity"}}' for name in names)
    excepted = ", ".join(f'"{rule.id}"' for rule in RULES if rule.exceptable)
    return _once(_EXCEPTED, excepted, _once(_CHOSEN, f"{chosen}\n", text))


def page(text: str) -> str:
    """The page with a line of its table for each rule."""
    lines = (f"| `{rule.id}` | {rule.summary} | {rule.by_default} |\n" for rule in RULES)
    return _once(_TABLE, "".join(lines), text)


def _once(pattern: re.Pattern[str], by: str, text: str) -> str:
    """What the pattern finds in one place is replaced, but for its group."""
    text, count = pattern.subn(lambda found: f"{found[1]}{by}", text)
    assert count == 1, pattern.pattern
    return text


WRITTEN: dict[Path, Callable[[str], str]] = {
    ROOT / "src/assay/policy/policy.schema.json": schema,
    ROOT / "docs" / "policy.md": page,
}


if __name__ == "__main__":
    for path, current in WRITTEN.items():
        path.write_text(current(path.read_text("utf-8")), "utf-8")
