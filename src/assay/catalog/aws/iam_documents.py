"""IAM documents for whoever runs checks: what a role may do, and who may take it.

Facts: IAM User Guide, "IAM JSON policy elements"; for GitHub's tokens, GitHub Docs, "OpenID Connect
reference" (the forms of `sub`) and "Configuring OpenID Connect in Amazon Web Services" (`aud`). That
its tokens reach the isolated partitions is not known.
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
"""What is not `sts.amazonaws.com` (README of aws-actions/configure-aws-credentials, "Audience")."""
NO_ACCOUNT, NO_REPOSITORY, NO_CALLER = "ACCOUNT_ID", "OWNER/REPOSITORY", "CALLER_ARN"
"""What stands where nothing was said."""

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
    """What a check asks, the roles that it may assume, and what else is asked, by statement.

    EC2's Describe actions take no resource. That GetImageAncestry, GetAllowedImagesSettings and
    ListImagesInRecycleBin take none either is inferred; `*` grants them in any case. A parameter
    that another account shares stands under that account, and has to be added.
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
        # EC2 writes the ARNs of images without an account, so any image of the caller's own is meant
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
"""What an inventory asks of each account. Describe actions of these services take no resource; whether
ListRegions does is not known, and `*` grants it in any case."""
ORGANIZATION = ("ReadOrganization", ORGANIZATION_READS)
"""What it asks with the caller's own role, which is not a reader's: a member may not ask."""


def github_trust(partition: str, account: str | None, granted: Sequence[str]) -> Document:
    """Whoever holds a token of GitHub's for one of these subjects, made out to AWS, is trusted."""
    provider = f"arn:{partition}:iam::{account or NO_ACCOUNT}:oidc-provider/{ISSUER}"
    claims = {
        f"{ISSUER}:aud": AUDIENCE.get(partition, "sts.amazonaws.com"),
        f"{ISSUER}:sub": list(granted),
    }
    return _trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", claims)


def subjects(
    repositories: Sequence[str], branches: Sequence[str], environments: Sequence[str]
) -> list[str]:
    """The subjects of GitHub's tokens; a job with an environment has that one's and no other."""
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
    """The gate's role is trusted, if it says the external id where there is one."""
    told = {"sts:ExternalId": external_id} if external_id is not None else {}
    return _trust({"AWS": caller or NO_CALLER}, "sts:AssumeRole", told)


def _allow(sid: str, actions: Sequence[str], resource: str | list[str]) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _trust(principal: Document, action: str, equal: Document) -> Document:
    condition = {"Condition": {"StringEquals": equal}} if equal else {}
    return _document([{"Effect": "Allow", "Principal": principal, "Action": action, **condition}])


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
