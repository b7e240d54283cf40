"""Each cause for which nothing could be asked has its own cure."""

import pytest

from assay.catalog.answers import NEVER_ASKED
from assay.catalog.aws.refusals import no_answer, refusal
from assay.model import Outcome, Unread
from assay.policy.golden import Marks
from assay.policy.rules.lookup_failed import check
from tests.policy.builders import document, subject

NAME, HERE = "ec2:GetImageAncestry", "us-east-1"


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        (refusal(NAME, HERE, "UnauthorizedOperation").reason, "give the reader the permission"),
        (refusal(NAME, HERE, "RequestLimitExceeded").reason, "run it again later"),
        (refusal(NAME, HERE, "ExpiredToken").reason, "renew the credentials"),
        (
            refusal(NAME, HERE, "AuthFailure").reason,
            "check the credentials, and whether the Region is turned on",
        ),
        (refusal(NAME, HERE, "OptInRequired").reason, "turn the Region on for the account"),
        (refusal(NAME, HERE, "RegionDisabledException").reason, "turn the Region on for"),
        (refusal(NAME, HERE, "InternalError", " after 8 attempts").reason, "run it again later"),
        (refusal(NAME, HERE, "InternalFailure").reason, "run it again later: AWS reports"),
        (refusal(NAME, HERE, "Unavailable").reason, "run it again later: AWS reports"),
        (refusal(NAME, HERE, "ServiceUnavailable").reason, "run it again later: AWS reports"),
        (
            "no reader for account 333333333333: add one to the policy's aws.readers",
            "name the role",
        ),
        (no_answer(NAME, HERE, "SSLError").reason, "the connection is not trusted"),
        (no_answer(NAME, HERE, "ProxyConnectionError").reason, "the proxy cannot be reached"),
        (no_answer(NAME, HERE, "ConnectionRefusedError").reason, "the connection was refused"),
        (no_answer(NAME, HERE, "EndpointConnectionError").reason, "the endpoint was not found"),
        (no_answer(NAME, HERE, "ConnectTimeoutError").reason, "the endpoint cannot be reached"),
        (no_answer(NAME, HERE, "ReadTimeoutError").reason, "run it again: AWS was reached"),
        ("AWS did not answer within the time limit of 5 s", "allow more time with --timeout"),
        (NEVER_ASKED, "record again with this policy"),
        ("not checked (offline)", "run it without --offline"),
        (refusal(NAME, HERE, "SomethingElse").reason, "grant the missing permission"),
    ],
)
def test_the_fix_is_of_the_cause(reason: str, cure: str) -> None:
    policy = document(require={"allowed_amis": "predict"})
    found = check(subject().resolution, Unread(reason), None, policy, lambda _: Marks((), (), ()))
    assert found is not None
    assert (found.outcome, found.message) == (Outcome.UNDETERMINED, reason)
    assert found.fix is not None
    assert found.fix.startswith(cure)
