"""`aws.readers`: by account, the role that reads there."""

import msgspec
import pytest

from assay.errors import PolicyError
from assay.model import CommonReader, Reader, Readers
from assay.policy.document import decode
from assay.policy.load import load, validate

HEAD = """\
version: 1
golden: {watermarks: [{key: "111122223333:golden-*"}]}
aws:
  readers:
"""
ROLE = "arn:aws:iam::222222222222:role/assay-reader"


def refusal(text: str) -> PolicyError:
    """The same refusal, whoever asks."""
    with pytest.raises(PolicyError) as loaded:
        load("p.yaml", text.encode())
    with pytest.raises(PolicyError) as validated:
        validate("p.yaml", text.encode())
    assert str(loaded.value) == str(validated.value)
    return loaded.value


@pytest.mark.parametrize("account", ['"222222222222"', "222222222222"])
def test_a_reader_is_a_role_and_perhaps_an_external_id(account: str) -> None:
    text = f"{HEAD}    {account}: {{role_arn: '{ROLE}', external_id: 'a:b'}}\n"
    text += "    '333333333333': {role_arn: 'arn:aws-cn:iam::333333333333:role/a/b'}\n"
    for read in (load, validate):
        assert read("p.yaml", text.encode()).readers == Readers(
            {
                "222222222222": Reader(ROLE, "a:b"),
                "333333333333": Reader("arn:aws-cn:iam::333333333333:role/a/b", None),
            }
        )


PATH = "p" * 510
"""The longest, with a / on either side of it."""


@pytest.mark.parametrize("name", ["assay-reader", "team/a.b/r_+=,.@-", f"{PATH}/{'n' * 64}"])
def test_one_reader_for_all_that_have_none_of_their_own(name: str) -> None:
    text = f"{HEAD}    '222222222222': {{role_arn: '{ROLE}'}}\n"
    text += f"    '*': {{role_name: '{name}', external_id: 'a:b'}}\n"
    for read in (load, validate):
        readers = read("p.yaml", text.encode()).readers
        assert readers == Readers({"222222222222": Reader(ROLE)}, CommonReader(name, "a:b"))
        assert readers.of("aws-cn", "222222222222") == Reader(ROLE)
        others = Reader(f"arn:aws-cn:iam::333333333333:role/{name}", "a:b")
        assert readers.of("aws-cn", "333333333333") == others


def test_without_it_the_others_have_none() -> None:
    readers = Readers({"222222222222": Reader(ROLE)})
    assert readers.of("aws", "333333333333") is None


def test_without_readers_there_are_none() -> None:
    assert load("p.yaml", HEAD.partition("aws:")[0].encode()).readers == Readers()


@pytest.mark.parametrize(
    ("entry", "where", "said"),
    [
        (f"'22222222222': {{role_arn: '{ROLE}'}}", "5:5",
         "unknown key '22222222222' in aws.readers; a key here must be an account of 12 digits"),
        (f"prod: {{role_arn: '{ROLE}'}}", "5:5", "a key here must be an account of 12 digits"),
        (f"'222222222222': {{role_arm: '{ROLE}'}}", "5:22", "did you mean 'role_arn'?"),
        ("'222222222222': {external_id: ab}", "5:21", "has no key 'role_arn'"),
        (f"'222222222222': '{ROLE}'", "5:21", "aws.readers.222222222222 must be a mapping"),
        ("'222222222222': {role_arn: assay}", "5:32", "must look like the ARN of a role"),
        ("'222222222222': {role_arn: 'arn*:x'}", "5:32", "must look like the ARN of a role"),
        (f"'222222222222': {{role_arn: '{ROLE}', external_id: '?secret?'}}", "5:92",
         "external_id must look like an external id"),
        ("'222222222222': {role_name: assay-reader}", "5:22", "did you mean 'role_arn'?"),
        (f"'*': {{role_arn: '{ROLE}'}}", "5:11", "did you mean 'role_name'?"),
        (f"'*': {{role_name: r, role_arn: '{ROLE}'}}", "5:25", "unknown key 'role_arn'"),
        ("'*': {external_id: ab}", "5:10", "aws.readers.* has no key 'role_name', which is required"),
        ("'2222*': {role_name: r}", "5:5",
         'a key here must be an account of 12 digits, or "*" for all accounts without an entry of their own'),
        ("'**': {role_name: r}", "5:5", "unknown key '**' in aws.readers"),
        ("*: {role_name: r}", "5:6", 'put it in quotes: "*"'),
        (f"'*': {{role_name: '{ROLE}'}}", "5:22", "the part after role/ in the ARN, assay-reader"),
        ("'*': {role_name: 'arn:aws:iam::1:role/*'}", "5:22", "only the part after role/ in the ARN"),
        ("'*': {role_name: assay-*}", "5:22", "name one role"),
        ("'*': {role_name: 'te?m/r'}", "5:22", "name one role"),
        ("'*': {role_name: '${aws:username}'}", "5:22", "must look like the name of a role"),
        ("'*': {role_name: /team/r}", "5:22", "leave out the / at the start of the path"),
        ("'*': {role_name: team/}", "5:22", "must look like the name of a role"),
        (f"'*': {{role_name: p{PATH}/r}}", "5:22", "must look like the name of a role"),
        (f"'*': {{role_name: {'n' * 65}}}", "5:22", "must look like the name of a role"),
        ("'*': {role_name: 3}", "5:22", "put it in quotes"),
        ("'*': r", "5:10", "aws.readers.* must be a mapping"),
        (f"'333333333333': {{role_arn: '{ROLE}'}}", "5:32",
         ("the reader of account 333333333333 is a role in another account; "
         "name a role in that account")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_where_it_stands(entry: str, where: str, said: str) -> None:
    error = refusal(f"{HEAD}    {entry}\n")
    assert error.where == f"p.yaml:{where}"
    assert said in str(error)
    assert "?secret?" not in str(error)
    assert "anybody could attach a watermark" not in str(error)


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("*: {role_name: r}", 'put it in quotes: "*"'),
        (f"'*': {{role_name: '{ROLE}'}}", "write only the part after role/ in the ARN, assay-reader"),
        ("'*': {role_name: 'arn:aws:iam::1:role/*'}", "write only the part after role/ in the ARN"),
        ("'*': {role_name: 'arn:aws:iam::1:role/a:role/b'}", "write only the part after role/ in the ARN"),
        *(
            (f"'*': {{role_name: '{name}'}}",
             "name one role: with a wildcard, anybody who may create roles could become the reader")
            for name in ("assay-*", "assa?", "/*")
        ),
        ("'*': {role_name: /team/r}", "leave out the / at the start of the path"),
        ("'*': {role_name: '${aws:username}'}", None),
    ],
)  # fmt: skip
def test_a_role_that_is_not_named_comes_with_the_cure(entry: str, hint: str | None) -> None:
    assert refusal(f"{HEAD}    {entry}\n").hint == hint


@pytest.mark.parametrize(
    "readers",
    [{"*": {"role_arn": ROLE}}, {"222222222222": {"role_name": "r"}}, {"222222222222": {}}],
)
def test_a_reader_of_the_wrong_kind_is_refused_by_its_type_already(readers: object) -> None:
    document = {
        "version": 1,
        "golden": {"watermarks": [{"key": "111122223333:golden"}]},
        "aws": {"readers": readers},
    }
    said = r"^of a single account needs role_arn, and that of all others role_name - at `\$.aws`"
    with pytest.raises(msgspec.ValidationError, match=said):
        decode(document)
