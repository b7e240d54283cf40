"""`assay iam-policy`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from assay.catalog.aws.iam_documents import (
    FLEET,
    NO_ACCOUNT,
    NO_CALLER,
    NO_REPOSITORY,
    ORGANIZATION,
    Document,
    github_trust,
    permissions_policy,
    reader_trust,
    subjects,
)
from assay.cli.options import ACCOUNT, Shaped, policy_option
from assay.cli.streams import EXIT_PASS, note, show
from assay.cli.usage import Command
from assay.model import PARTITIONS, ids

if TYPE_CHECKING:
    from assay.model import Policy

_OWNER, _REPO = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}", r"[A-Za-z0-9._-]{1,100}"
REPOSITORY = Shaped(
    "owner/repo",
    rf"{_OWNER}/{_REPO}|{_OWNER}@[0-9]+/{_REPO}@[0-9]+",
    "OWNER/REPO or OWNER@ID/REPO@ID",
)
BRANCH = Shaped(
    "name",
    r"(?!refs/|/|-)[^\x00-\x20\x7f~^:?*\[\\$]{1,255}(?<![/.])",
    "the name of a branch, without refs/heads/ and without wildcards",
)
ENVIRONMENT = Shaped(
    "name", r"[^\x00-\x1f\x7f?*$]{1,255}", "the name of an environment, without wildcards"
)
CALLER = Shaped(
    "arn", rf"arn:aws[a-z-]*:iam::{ids.ACCOUNT}:(role|user)/[A-Za-z0-9_+=,.@/-]{{1,576}}",
    "the ARN of an IAM role or user",
)  # fmt: skip


@click.command("iam-policy", cls=Command)
@click.option("--permissions", is_flag=True, help="Print only the permissions policy.")
@click.option("--trust", is_flag=True, help="Print only the trust policy.")
@click.option("--reader", is_flag=True,
              help="For the reader's role in --account instead of the role of the check.")  # fmt: skip
@click.option("--fleet", is_flag=True,
              help="Add the permissions for an inventory of accounts.")  # fmt: skip
@click.option("--stamp", is_flag=True,
              help="Add the one write action of `assay stamp`.")  # fmt: skip
@click.option("--findings", is_flag=True,
              help="Add the permissions for `assay push securityhub` in each account.")  # fmt: skip
@click.option("--account", type=ACCOUNT, help="The account of the role.")
@click.option(
    "--partition",
    type=click.Choice(sorted(PARTITIONS)),
    default="aws",
    show_default=True,
    metavar="NAME",
    help=f"The partition of the account: {', '.join(sorted(PARTITIONS))}.",
)
@click.option("--repository", "repositories", type=REPOSITORY, multiple=True,
              help="The repository whose pull requests may use the role, as GitHub spells it; OWNER@ID/REPO@ID if its tokens contain ids. Repeatable.")  # fmt: skip
@click.option("--branch", "branches", type=BRANCH, multiple=True,
              help="A branch that may also use the role. Repeatable.")  # fmt: skip
@click.option("--environment", "environments", type=ENVIRONMENT, multiple=True,
              help="An environment that may also use the role. Repeatable.")  # fmt: skip
@click.option("--caller", type=CALLER, help="With --reader: the ARN of the role of the check.")
@policy_option
def iam_policy_command(
    permissions: bool,
    trust: bool,
    reader: bool,
    fleet: bool,
    stamp: bool,
    findings: bool,
    account: str | None,
    partition: str,
    repositories: tuple[str, ...],
    branches: tuple[str, ...],
    environments: tuple[str, ...],
    caller: str | None,
    policy_path: str | None,
) -> int:
    """Print the minimal IAM policies for a role that runs checks, as JSON.

    The output contains the permissions policy and the trust policy; --permissions and --trust print
    only one of them, in the form that IAM accepts. The role of a check trusts a GitHub repository and
    may assume the readers named in the policy, including the reader for all other accounts. With
    --reader, the output is for a reader's role, which trusts the role of the check. --fleet adds the
    permissions for an inventory of many accounts, and --findings adds those for importing findings
    into the account's own Security Hub.
    """
    from assay.cli.host import this_process
    from assay.run.policies import policy_if_any

    if stamp and reader:
        raise click.UsageError("--stamp is for the pipeline's own role: a reader only reads")
    _refuse_mixtures(reader, caller, partition, (*repositories, *branches, *environments))
    policy = policy_if_any(this_process(), policy_path)
    notes: list[str] = []
    if reader:
        external_id = _external_id(policy, partition, account, notes)
        kind, trusted = "reader_trust_policy", reader_trust(caller, external_id)
    else:
        granted = subjects(repositories, branches, environments)
        kind, trusted = "github_trust_policy", github_trust(partition, account, granted)
        notes += _name_only(repositories)
    roles = [] if reader else _roles(policy, partition, notes)
    more = [FLEET, *([] if reader else [ORGANIZATION])] if fleet else []
    permitted = permissions_policy(partition, account, roles, more, marks=stamp, imports=findings)
    documents = {"permissions_policy": permitted, kind: trusted}
    alone = "permissions_policy" if permissions else kind
    _print(documents if permissions == trust else documents[alone], notes)
    return EXIT_PASS


# -------------------------------------------------------------------------------------------- input


def _refuse_mixtures(
    reader: bool, caller: str | None, partition: str, github: Sequence[str]
) -> None:
    if reader and github:
        raise click.UsageError("a reader trusts a role: --repository, --branch and --environment are for the role of the check")  # fmt: skip
    if caller and not reader:
        raise click.UsageError("--caller works only with --reader")
    if caller and caller.split(":")[1] != partition:
        raise click.UsageError(f"--caller is in another partition than {partition}")


def _roles(policy: "Policy | None", partition: str, notes: list[str]) -> list[str]:
    """The readers' roles, except those in other partitions, which can be neither assumed nor granted."""
    from assay.errors import PolicyError

    roles: list[str] = []
    if policy is None:
        return roles
    for account, reader in sorted(policy.readers.by_account.items()):
        role = reader.role_arn
        if any(wild in role for wild in ("*", "?", "${")):
            what = f"the role of the reader for account {account} contains a wildcard"
            raise PolicyError(what, where=policy.path, hint="name one role")
        if role.split(":")[1] == partition:
            roles.append(role)
        else:
            notes.append(f"the reader for account {account} is in another partition: left out")
    common = policy.readers.common
    if common is not None:
        roles.append(common.role_arn(partition, "*"))
        notes.append(
            f"the caller may use the role {common.role_name} in any account that lets it in"
        )
    return roles


def _external_id(
    policy: "Policy | None", partition: str, account: str | None, notes: list[str]
) -> str | None:
    """The external id of an account's reader or, without an account, of the reader for all others."""
    readers = policy.readers if policy else None
    if readers is None or not (readers.by_account or readers.common):
        return None
    if account is None and readers.common is not None:
        if readers.by_account:
            notes.append(
                "this is the reader for all other accounts; use --account to choose the one for a single account"
            )
        return readers.common.external_id
    if account is None:
        raise click.UsageError("--reader: name the reader's account with --account")
    reader = readers.of(partition, account)
    if reader is None:
        raise click.UsageError(f"the policy names no reader for account {account}")
    return reader.external_id


def _name_only(repositories: Sequence[str]) -> list[str]:
    """A note that subjects may contain ids, if none of the given repositories does.

    Source: GitHub Docs, "OpenID Connect reference", "Immutable subject claims".
    """
    if not repositories or any("@" in repository for repository in repositories):
        return []
    since = "a repository created, renamed or moved after 2026-07-15"
    return [f"the subjects of {since} contain ids: use --repository OWNER@ID/REPO@ID"]


def _print(documents: Document, notes: Sequence[str]) -> None:
    import json

    text = json.dumps(documents, indent=2)
    options = {NO_ACCOUNT: "--account", NO_REPOSITORY: "--repository", NO_CALLER: "--caller"}
    missing = [f"{name} with {options[name]}" for name in options if name in text]
    show(f"{text}\n")
    for line in (*([f"fill in {', '.join(missing)}"] if missing else ()), *notes):
        note(line)
