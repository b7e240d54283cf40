"""Text from a plan or from AWS, made harmless."""

import re

NEVER_SHOWN = (
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]|(?<=#)#(?=(?:vso)?\[)|\A:(?=:)"
)
"""Controls, invisible characters and those that change the writing direction (Unicode's Cc, Cf, Zl,
Zp); code points that are not characters (a file name may contain lone surrogates, which UTF-8 does not
allow, and XML 1.0 does not allow U+FFFE); and whatever turns a log line into a command: GitHub's runner
obeys `##[` anywhere in a line and `::` at its start (actions/runner, ActionCommand.cs), Azure's agent
`##vso[` anywhere (azure-pipelines-agent, Command.cs)."""


def safe(text: str) -> str:
    """The text, unable to move the cursor, reorder what is read, or give commands to a log's reader."""
    # Python counts none of these characters as printable, so the full search is rarely needed.
    if text.isprintable() and "##" not in text and text[:2] != "::":
        return text
    return re.sub(NEVER_SHOWN, lambda found: f"\\u{ord(found[0]):04x}", text)
