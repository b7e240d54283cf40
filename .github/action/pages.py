"""What people see of a run: annotations, the job summary, and the copy for a comment."""

import os

from command import asks_aws
from inputs import Files, Inputs
from runner import annotate, say, write, write_outputs

SUMMARY_BYTES = 1024 * 1024
"""GitHub Docs, "Workflow commands for GitHub Actions", "Step isolation and limits"."""
LONGEST_REASON = 4_000
ADDED = """\
> [!WARNING]
> **Judged by a policy that this pull request adds.** The base branch has none. Review the policy as well: it
> decides what passes here and, once it is merged, in every later pull request.
"""
UNASKED = """\
> [!WARNING]
> **Images were not looked up: the base branch has no recorded catalogue.** Whatever needs AWS is undetermined
> here, even if this pull request adds a catalogue. `assay record` makes one, which is used once it is merged.
"""
NO_VERDICT = """\
## ❗ assay: error

There is no verdict (exit code 2), so the gate is closed:

    {}

See the log of the job for details.
"""
"""The reason is indented, so that Markdown shows it as plain text whatever it contains."""


def tell(inputs: Inputs, files: Files, verdict: str) -> None:
    """Write the annotations, the summary, and the copy for a comment."""
    with open(files.markdown, encoding="utf-8") as file:
        text = file.read()
    marks = _marks(inputs)
    if marks:
        text = _marked(text, marks)
        write(files.markdown, "w", text)
    if inputs.annotations:
        with open(files.github, encoding="utf-8", newline="\n") as file:
            annotate(file.read())
    if files.comment:
        write(files.comment, "w", text)
    if inputs.summary:
        if len(text.encode()) >= SUMMARY_BYTES:
            text = f"**assay: {verdict}**. The report is too long for this page: see the report files.\n"
            text = f"{marks}\n{text}" if marks else text
        write(os.environ["GITHUB_STEP_SUMMARY"], "a", text)


def _marks(inputs: Inputs) -> str:
    """Return warnings about what the verdict is based on."""
    added = ADDED if inputs.policy_added else ""
    unasked = UNASKED if inputs.catalog_missing and not asks_aws(inputs) else ""
    return "\n".join(filter(None, (added, unasked)))


def _marked(text: str, marks: str) -> str:
    """Insert the warnings below the heading. The first line, by which comments are found, stays."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines[:3], 1) if line.startswith("## ")), 0)
    return "\n".join((*lines[:at], "", marks, *lines[at:]))


def tell_why(problem: str, comment: str) -> None:
    """Say why there is no verdict: in an annotation, in the summary and in the comment."""
    why = " ".join(problem.split())
    why = why if len(why) <= LONGEST_REASON else f"{why[: LONGEST_REASON - 1]}…"
    say("error", why)
    write_outputs({"verdict": "error", "exit-code": 2})
    shown = "".join(each if each.isprintable() else "?" for each in why)
    text = NO_VERDICT.format(shown)
    if os.environ.get("GATE_SUMMARY", "").strip() != "false":
        write(os.environ["GITHUB_STEP_SUMMARY"], "a", text)
    if comment:
        write(comment, "w", text)
