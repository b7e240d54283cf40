"""`assay explain`."""

from typing import TYPE_CHECKING, Any

import click

from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, exit_code, show, wants_colour
from assay.cli.trace import find, lookup_options
from assay.cli.usage import Command

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.policy.rules.rule import Rule

WITHOUT_PLAN = "scopes and exceptions that name addresses, modules, resource types or tags do not apply, because there is no plan"
TOPICS = {"checkov": "assay.cli.checkov_dir"}
"""Modules whose docstrings are pages, by topic."""
FORMATS = ("text", "json", "markdown")


def _known(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """The names that a shell can complete: rules and other topics with a page."""
    from assay.policy.rules import RULES

    names = (*(rule.id for rule in RULES), *TOPICS)
    return [name for name in names if name.startswith(begun)]


@click.command("explain", cls=Command)
@click.argument("what", metavar="RULE|AMI|checkov", shell_complete=_known)
@click.option("--format", "stdout_format", type=click.Choice(FORMATS), default="text",
              help="The format to print; markdown is for rules only.")  # fmt: skip
@lookup_options
def explain_command(what: str, stdout_format: str, color: str, **where: Any) -> int:
    """Explain a rule, how to use checkov, or why an image passes or does not.

    For an image, this shows the result of every rule as if the image were launched in that Region and
    account, and its lineage as `assay trace` shows it. Without a policy, it shows only the lineage.

    Exit codes for an image: 0 it passes, 1 it fails, 2 AWS could not be asked, 3 it is undetermined.
    For a rule: 0, or 2 if there is no such rule.
    """
    colour = wants_colour(color)
    if what.startswith("ami-"):
        return _explain_image(what, stdout_format, where, colour=colour)
    if what in TOPICS:
        show(_topic(what, stdout_format))
    else:
        show(_page(_rule(what), stdout_format, colour=colour))
    return EXIT_PASS


def _rule(name: str) -> "Rule":
    from assay.errors import InputError, did_you_mean
    from assay.policy.rules import RULES

    rules = {rule.id: rule for rule in RULES}
    if name in rules:
        return rules[name]
    hint = did_you_mean(name.lower(), rules) or "`assay rules` lists the rules"
    if name.startswith("i-"):
        hint = f"for an instance: assay trace {name}"
    raise InputError(f"{name!r} is neither a rule nor an AMI id", hint=hint)


def _page(rule: "Rule", name: str, *, colour: bool) -> str:
    from assay.report import page

    if name == "markdown":
        return rule.page
    if name == "json":
        import json

        told = {"rule": rule.id, "by_default": rule.by_default, "summary": rule.summary}
        return json.dumps({"schema_version": 1, **told, "page": rule.page}, indent=2) + "\n"
    return page.render(rule.page, rule.by_default, colour=colour)


def _topic(name: str, form: str) -> str:
    from importlib import import_module

    page = import_module(TOPICS[name]).__doc__ or ""
    if form != "json":
        return page
    import json

    return json.dumps({"schema_version": 1, "topic": name, "page": page}, indent=2) + "\n"


def _explain_image(image: str, name: str, where: dict[str, Any], *, colour: bool) -> int:
    if name == "markdown":
        raise click.UsageError("for an image, use text or json; assay trace can draw it")
    from assay.policy.engine import judge
    from assay.report.lineage import json as lineage_json
    from assay.report.lineage import tree
    from assay.report.view import view_of

    found = find(image, **where)
    lineage, policy = found.lineage, found.lineage.policy
    if policy is None:
        show(
            lineage_json.render(lineage) if name == "json" else tree.render(lineage, colour=colour)
        )
        return EXIT_PASS if found.readable else EXIT_UNDETERMINED
    verdict = judge(found.subject, policy, lineage.as_of)
    shown = view_of(verdict, policy.undetermined)
    notes = [WITHOUT_PLAN] if _looks_at_plans(policy) else []
    if name == "json":
        show(lineage_json.render_verdict(lineage, shown, notes))
    else:
        show(tree.render_verdict(lineage, shown, notes, colour=colour))
    return exit_code(verdict.outcome, policy)


def _looks_at_plans(policy: "Policy") -> bool:
    """Whether a scope or an exception matches by something that only a plan has."""
    matches = [
        *(scope.match for scope in policy.scopes),
        *(exception.match for exception in policy.exceptions),
    ]
    return any(m.address or m.module or m.resource_type or m.tags for m in matches)
