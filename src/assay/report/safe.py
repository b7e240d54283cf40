"""Text from a plan or from AWS, made harmless."""

import re

NEVER_SHOWN = (
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]|(?<=#)#(?=(?:vso)?\[)|\A:(?=:)"
)
"""Controls, what is invisible or turns the direction of writing (Unicode's Cc, Cf, Zl, Zp), what is
no character (UTF-8 knows no lone surrogate, which a file name may hold, and XML 1.0 no U+FFFE), and
what turns a line of a log into an order: GitHub's runner obeys `##[` anywhere in a line and `::` at
its start (actions/runner, ActionCommand.cs), Azure's agent `##vso[` anywhere (azure-pipelines-agent,
Command.cs)."""


def safe(text: str) -> str:
    """The text, unable to move the cursor, to reorder what is read or to command who keeps the log."""
    # Nothing of what is never shown is printable to Python, so that it is rarely looked for.
    if text.isprintable() and "##" not in text and text[:2] != "::":
        return text
    return re.sub(NEVER_SHOWN, lambda found: f"\\u{ord(found[0]):04x}", text)
