"""IAM documents for people who set up checks: what a role may do, and who may assume it.

Facts: IAM User Guide, "IAM JSON policy elements"; for GitHub's tokens, GitHub Docs, "OpenID Connect
reference" (the forms of `sub`) and "Configuring OpenID Connect in Amazon Web Services" (`aud`). It
is not known whether GitHub's tokens reach the isolated partitions.
"""

from collections.abc import Sequence
from typing import Any

from assay.catalog.aws.permissions import (
    ASSUME_ROLE,
    FINDINGS,
    FLEET_READS,
    MARKING,
    ORGANIZATION_READS,
    READS,
    Permission,
)

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = {"aws-cn": "sts.amazonaws.com.cn"}
"""The audiences other than `sts.amazonaws.com` (README of aws-actions/configure-aws-credentials,
"Audience")."""
NO_ACCOUNT, NO_REPOSITORY, NO_CALLER = "ACCOUNT_ID", "OWNER/REPOSITORY", "CALLER_ARN"
"""Placeholders for values that were not given."""

Document = dict[str, Any]


def permissions_policy(
    partition: str,
    account: str | None,
    roles: Sequence[str],
    more: Sequence[tuple[str, Sequence[Permission]]] = (),
    *,
    marks: bool = False,
    imports: bool = False,
) -> Document:
    """The permissions of a check, the roles that it may assume, and more permissions by statement.

    EC2's Describe actions take no resource. It is inferred that GetImageAncestry,
    GetAllowedImagesSettings and ListImagesInRecycleBin take none either; `*` grants them in any
    case. A parameter that another account shares has that account in its ARN, and has to be added.
    """
    parameters = [
        f"arn:{partition}:ssm:*:{account or NO_ACCOUNT}:parameter/*",
        f"arn:{partition}:ssm:*::parameter/aws/service/*",  # AWS's own, which are public
    ]
    by_service = {
        name: [read.action for read in READS if read.service == name] for name in ("ec2", "ssm")
    }
    statements = [
        _allow("ReadImages", by_service["ec2"], "*"),
        _allow("ReadParameters", by_service["ssm"], parameters),
    ]
    statements += [_allow(sid, [read.action for read in reads], "*") for sid, reads in more]
    if marks:
        # EC2's ARNs of images contain no account, so this allows any image of the caller's own
        # account.
        writes = [each.action for each in MARKING]
        statements.append(_allow("AttachWatermarks", writes, f"arn:{partition}:ec2:*::image/*"))
    if imports:
        read, write = ([each.action] for each in FINDINGS)
        of = account or NO_ACCOUNT
        product = f"arn:{partition}:securityhub:*:{of}:product/{of}/default"
        statements += [_allow("ReadFindings", read, "*"), _allow("ImportFindings", write, product)]
    if roles:
        statements.append(_allow("AssumeReaders", [ASSUME_ROLE], list(roles)))
    return _document(statements)


FLEET = ("ReadFleet", FLEET_READS)
"""What an inventory asks in each account. Describe actions of these services take no resource. It
is not known whether ListRegions does; `*` grants it in any case."""
ORGANIZATION = ("ReadOrganization", ORGANIZATION_READS)
"""What an inventory asks with the caller's own role, not a reader's: member accounts may not
ask."""


def github_trust(partition: str, account: str | None, granted: Sequence[str]) -> Document:
    """Trust GitHub tokens issued for AWS with one of these subjects."""
    provider = f"arn:{partition}:iam::{account or NO_ACCOUNT}:oidc-provider/{ISSUER}"
    claims = {
        f"{ISSUER}:aud": AUDIENCE.get(partition, "sts.amazonaws.com"),
        f"{ISSUER}:sub": list(granted),
    }
    return _trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", claims)


def subjects(
    repositories: Sequence[str], branches: Sequence[str], environments: Sequence[str]
) -> list[str]:
    """The subjects of GitHub's tokens; a job with an environment has only that environment's."""
    return [
        f"repo:{repository}:{rest}"
        for repository in repositories or (NO_REPOSITORY,)
        for rest in (
            "pull_request",
            *(f"ref:refs/heads/{branch}" for branch in branches),
            *(f"environment:{name.replace(':', '%3A')}" for name in environments),
        )
    ]


def reader_trust(caller: str | None, external_id: str | None) -> Document:
    """Trust the gate's role, provided it gives the external id if there is one."""
    told = {"sts:ExternalId": external_id} if external_id is not None else {}
    return _trust({"AWS": caller or NO_CALLER}, "sts:AssumeRole", told)


def _allow(sid: str, actions: Sequence[str], resource: str | list[str]) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _trust(principal: Document, action: str, equal: Document) -> Document:
    condition = {"Condition": {"StringEquals": equal}} if equal else {}
    return _document([{"Effect": "Allow", "Principal": principal, "Action": action, **condition}])


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
