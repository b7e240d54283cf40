"""Scopes and exceptions as they are written: what is read, and what is refused where it stands."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from assay.cli import run
from assay.errors import PolicyError
from assay.model import ImageMatch, Match, Policy, PolicyException, Severity, WatermarkFilter
from assay.policy.document import decode
from assay.policy.load import load, validate
from assay.policy.syntax import parse

HEAD = """\
version: 1
golden: {watermarks: [{key: "111122223333:golden-*"}]}
"""
SCOPE = """\
scopes:
  - name: prod
    match: MATCH
    rules: {unmarked: off}
"""
EXCEPTION = """\
exceptions:
  - match: MATCH
    rules: [unmarked]
    reason: vendor appliance
    approved_by: platform-security
    expires: 2027-01-31
"""
EVERYTHING = """\
scopes:
  - name: "prod: everything"
    match:
      address: 'module.prod["a.b"].*'
      module: module.prod
      resource_type: aws_*
      account: "222222222222"
      region: "*"
      tags: {env: prod, "a b": "?"}
    golden:
      watermarks: [{key: "111122223333:prod-*", max_days_since_watermark_created: 9}]
      source_images: [{id: ami-0123abcd, region: us-east-1}]
    require: {max_depth: 1}
    rules: {unpinned: error}
  - {name: dev, match: {account: "3*"}, require: {ancestry: ignore}}
exceptions:
  - match:
      address: "*.firewall"
      module: module.fw
      resource_type: aws_instance
      account: "2*"
      region: us-east-1
      tags: {env: dev}
      image:
        id: ami-0123abcd
        owner: "679593333241"
        owner_alias: aws-marketplace
        product_code: abc123
        name: "vendor [x] *"
        tags: {vendor: "*"}
    rules: [unmarked, public-image]
    reason: "vendor appliance, zażółć"
    approved_by: platform-security
    ticket: SEC-1421
    expires: 2027-01-31
  - {match: {image: {owner_alias: amazon}}, rules: [too-old], reason: r, approved_by: me,
     expires: "2028-02-29"}
"""


def read(text: str) -> Policy:
    return load("p.yaml", text.encode())


def test_everything_arrives_where_it_belongs() -> None:
    policy = read(HEAD + EVERYTHING)
    assert validate("p.yaml", (HEAD + EVERYTHING).encode()) == policy
    prod, dev = policy.scopes
    assert prod.name == "prod: everything"
    assert prod.match == Match(
        address='module.prod["a.b"].*',
        module="module.prod",
        resource_type="aws_*",
        account="222222222222",
        region="*",
        tags={"env": "prod", "a b": "?"},
        image=None,
    )
    assert prod.policy.golden.watermarks == (WatermarkFilter("111122223333:prod-*", None, None, 9),)
    assert [(i.id, i.region) for i in prod.policy.golden.source_images] == [
        ("ami-0123abcd", "us-east-1")
    ]
    assert prod.policy.require.max_depth == 1
    assert prod.policy.severities == {"unpinned": Severity.ERROR}
    assert dev.match == Match(account="3*")
    assert dev.policy.golden == policy.golden
    assert dev.policy.require.ancestry_agrees is False
    firewall, other = policy.exceptions
    assert firewall == PolicyException(
        match=Match(
            address="*.firewall",
            module="module.fw",
            resource_type="aws_instance",
            account="2*",
            region="us-east-1",
            tags={"env": "dev"},
            image=ImageMatch(
                id="ami-0123abcd",
                owner="679593333241",
                owner_alias="aws-marketplace",
                product_code="abc123",
                name="vendor [x] *",
                tags={"vendor": "*"},
            ),
        ),
        rules=("unmarked", "public-image"),
        reason="vendor appliance, zażółć",
        approved_by="platform-security",
        expires=date(2027, 1, 31),
        ticket="SEC-1421",
    )
    assert other.match == Match(image=ImageMatch(owner_alias="amazon"))
    assert (other.ticket, other.expires) == (None, date(2028, 2, 29))


def test_a_day_may_be_written_with_quotes_and_without() -> None:
    """YAML 1.1 would make a date of it, and JSON has no dates."""
    text = HEAD + EXCEPTION.replace("MATCH", '{address: "*"}')
    quoted = text.replace("2027-01-31", '"2027-01-31"')
    assert read(text).exceptions == read(quoted).exceptions


def test_lists_may_be_empty_and_exceptions_may_be_over() -> None:
    assert read(HEAD + "scopes: []\nexceptions: []\n").scopes == ()
    over = EXCEPTION.replace("MATCH", '{address: "*"}').replace("2027", "1999")
    [exception] = read(HEAD + over).exceptions
    assert exception.expires == date(1999, 1, 31)


def scope(match: str, more: str = "") -> str:
    return SCOPE.replace("MATCH", match) + more


def exception(match: str = '{address: "*"}', **changes: str) -> str:
    """The exception with some of its lines said otherwise, or left out."""
    text = EXCEPTION.replace("MATCH", match)
    for key, value in changes.items():
        [line] = [each for each in text.splitlines(keepends=True) if f" {key}:" in each]
        text = text.replace(line, f"    {key}: {value}\n" if value else "")
    return text


TWO = '  - {name: two, match: {address: "*"}, rules: {unmarked: off}}\n'
REFUSED: list[tuple[str, str, str, str | None]] = [
    # unknown keys, at every level
    (scope("{adress: x}"), "5:13", "unknown key 'adress' in scopes.0.match", "did you mean 'address'?"),
    (scope("{acount: '1*'}"), "5:13", "unknown key 'acount' in scopes.0.match", "did you mean 'account'?"),
    (scope("{type: aws_instance}"), "5:13", "unknown key 'type' in scopes.0.match", None),
    (scope("{image: {id: ami-0123abcd}}"), "5:13", "unknown key 'image' in scopes.0.match", None),
    (scope('{address: "*"}', "    reqiure: {}\n"), "7:5", "unknown key 'reqiure' in scopes.0", "did you mean 'require'?"),
    (scope('{address: "*"}', "    exceptions: []\n"), "7:5", "unknown key 'exceptions' in scopes.0", None),
    (scope('{address: "*"}', "    revoked: {}\n"), "7:5", "unknown key 'revoked' in scopes.0", None),
    (scope('{address: "*"}', "    require: {max_dept: 1}\n"), "7:15", "unknown key 'max_dept' in scopes.0.require", "did you mean 'max_depth'?"),
    (scope('{address: "*"}').replace("unmarked", "unmarkd"), "6:13", "unknown key 'unmarkd' in scopes.0.rules", "did you mean 'unmarked'?"),
    (scope('{address: "*"}').replace("unmarked", "not-visible"), "6:13", "unknown key 'not-visible' in scopes.0.rules", None),
    (scope('{address: "*"}', "    golden: {watermark: []}\n"), "7:14", "unknown key 'watermark' in scopes.0.golden", "did you mean 'watermarks'?"),
    (scope('{address: "*"}', "    golden: {watermarks: [{kye: 'x'}]}\n"), "7:28", "unknown key 'kye' in scopes.0.golden.watermarks.0", "did you mean 'key'?"),
    (exception("{modul: x}"), "4:13", "unknown key 'modul' in exceptions.0.match", "did you mean 'module'?"),
    (exception("{owner: '111122223333'}"), "4:13", "unknown key 'owner' in exceptions.0.match", None),
    (exception("{image: {owner_aliass: amazon}}"), "4:21", "unknown key 'owner_aliass' in exceptions.0.match.image", "did you mean 'owner_alias'?"),
    (exception() + "    until: 2028-01-01\n", "9:5", "unknown key 'until' in exceptions.0", None),
    (exception() + "    tickt: x\n", "9:5", "unknown key 'tickt' in exceptions.0", "did you mean 'ticket'?"),
    (exception() + "    expire: 2028-01-01\n", "9:5", "unknown key 'expire' in exceptions.0", "did you mean 'expires'?"),
    (exception("{tags: {'': x}}"), "4:20", "unknown key '' in exceptions.0.match.tags", "a key here must be text of 1 to 256 characters"),
    # what must be there
    (exception(expires=""), "4:5", "exceptions.0 has no key 'expires', which is required", None),
    (exception(reason=""), "4:5", "exceptions.0 has no key 'reason', which is required", None),
    (exception(approved_by=""), "4:5", "exceptions.0 has no key 'approved_by', which is required", None),
    (exception(rules=""), "4:5", "exceptions.0 has no key 'rules', which is required", None),
    ("scopes:\n  - {name: x, rules: {unmarked: off}}\n", "4:5", "scopes.0 has no key 'match', which is required", None),
    ("scopes:\n  - {match: {address: x}, rules: {unmarked: off}}\n", "4:5", "scopes.0 has no key 'name', which is required", None),
    # empty
    (scope("{}"), "5:12", "scopes.0.match is empty: it would apply everywhere", None),
    (scope("{tags: {}}"), "5:19", "scopes.0.match.tags is empty: it would apply everywhere", None),
    (scope(""), "5:11", "scopes.0.match must be a mapping", None),
    (exception("{}"), "4:12", "exceptions.0.match is empty: it would apply everywhere", None),
    (exception("{image: {}}"), "4:20", "exceptions.0.match.image is empty: it would apply everywhere", None),
    (exception("{image: {tags: {}}}"), "4:27", "exceptions.0.match.image.tags is empty: it would apply everywhere", None),
    (exception(rules="[]"), "5:12", "exceptions.0.rules is empty: it would let nothing through", None),
    (scope('{address: "*"}', "    golden: {watermarks: []}\n"), "7:26", "scopes.0.golden.watermarks is empty: nothing could ever pass", None),
    (scope('{address: "*"}', "    require: {owners: []}\n"), "7:23", "scopes.0.require.owners is empty", None),
    (scope('{address: ""}'), "5:22", "scopes.0.match.address must look like a Terraform address", None),
    (exception(reason='""'), "6:13", "exceptions.0.reason must look like one line of text", None),
    (exception(reason='"a\\nb"'), "6:13", "exceptions.0.reason must look like one line of text", None),
    # the account of a key takes no wildcard
    (scope('{address: "*"}', '    golden: {watermarks: [{key: "*:golden"}]}\n'), "7:33", "scopes.0.golden.watermarks.0.key must look like", "the account cannot contain a wildcard: anybody could attach a watermark with that name"),
    (scope('{address: "*"}', '    golden: {watermarks: [{key: "11112222333?:golden"}]}\n'), "7:33", "scopes.0.golden.watermarks.0.key must look like", "the account cannot contain a wildcard: anybody could attach a watermark with that name"),
    # days
    (exception(expires="2027-02-30"), "8:14", "2027-02-30 is not a valid date", "write it as 2027-01-31"),
    (exception(expires="2027-02-29"), "8:14", "2027-02-29 is not a valid date", None),
    (exception(expires="2027-13-01"), "8:14", "2027-13-01 is not a valid date", None),
    (exception(expires="2027-00-10"), "8:14", "2027-00-10 is not a valid date", None),
    (exception(expires="0000-01-01"), "8:14", "0000-01-01 is not a valid date", None),
    (exception(expires="2027-1-31"), "8:14", "exceptions.0.expires must look like a day, for example 2027-01-31", None),
    (exception(expires="31.01.2027"), "8:14", "exceptions.0.expires must look like a day", None),
    (exception(expires="2027-01-31T00:00:00Z"), "8:14", "exceptions.0.expires must look like a day", None),
    (exception(expires="2027-W05-1"), "8:14", "exceptions.0.expires must look like a day", None),
    (exception(expires="never"), "8:14", "exceptions.0.expires must look like a day", None),
    (exception(expires="20270131"), "8:14", "exceptions.0.expires must be text in quotes", None),
    (exception(expires="null"), "8:14", "exceptions.0.expires must be text in quotes", None),
    (exception(expires='"2027-01-31\\n"'), "8:14", "exceptions.0.expires must look like a day", None),
    # rules that cannot be let through
    (exception(rules="[unresolved]"), "5:13", "exceptions.0.rules.0 must be one of unmarked, revoked,", None),
    (exception(rules="[unmarked, not-visible]"), "5:23", "exceptions.0.rules.1 must be one of", None),
    (exception(rules="[lookup-failed]"), "5:13", "exceptions.0.rules.0 must be one of", None),
    (exception(rules="[incomplete-plan]"), "5:13", "exceptions.0.rules.0 must be one of", None),
    (exception(rules='["*"]'), "5:13", "exceptions.0.rules.0 must be one of", None),
    (exception(rules="[unmarkd]"), "5:13", "exceptions.0.rules.0 must be one of", "did you mean 'unmarked'?"),
    (exception(rules="unmarked"), "5:12", "exceptions.0.rules must be a list", None),
    # values
    (exception("{image: {owner_alias: marketplace}}"), "4:34", "must be one of amazon, aws-marketplace, aws-backup-vault", "did you mean 'aws-marketplace'?"),
    (exception("{image: {owner: '1111*'}}"), "4:28", "exceptions.0.match.image.owner must look like an account of 12 digits", None),
    (exception("{image: {id: 'ami-*'}}"), "4:25", "exceptions.0.match.image.id must look like ami- and 8 or 17", None),
    (exception("{image: {product_code: 'a*'}}"), "4:35", "must look like a Marketplace product code", None),
    (exception("{tags: {env: 1}}"), "4:25", "exceptions.0.match.tags.env must be text in quotes", "put it in quotes: YAML reads digits without quotes as a number"),
    (exception("{tags: {env: ''}}"), "4:25", "exceptions.0.match.tags.env must look like text of 1 to 256", None),
    (exception("{tags: [env]}"), "4:19", "exceptions.0.match.tags must be a mapping", None),
    (exception("{account: 222222222222}"), "4:22", "exceptions.0.match.account must be text in quotes", "put it in quotes: YAML reads digits without quotes as a number"),
    (exception() + "    ticket: 1421\n", "9:13", "exceptions.0.ticket must be text in quotes", "put it in quotes: YAML reads digits without quotes as a number"),
    (scope("{resource_type: AWS_Instance}"), "5:28", "scopes.0.match.resource_type must look like a resource type", None),
    (scope("{region: US-EAST-1}"), "5:21", "scopes.0.match.region must look like a Region", None),
    ("scopes: {}\n", "3:9", "scopes must be a list", None),
    ("exceptions: {}\n", "3:13", "exceptions must be a list", None),
    ("exceptions: [unmarked]\n", "3:14", "exceptions.0 must be a mapping", None),
    # golden and revoked
    ('revoked: {watermarks: ["111122223333:x", "111122223333:golden-*"]}\n', "3:42", "'111122223333:golden-*' is both golden and revoked", "take it out of golden.watermarks, or revoke a narrower name"),
    ('revoked: {watermarks: ["111122223333:prod"]}\n' + scope('{address: "*"}', '    golden: {watermarks: [{key: "111122223333:prod"}]}\n'), "3:24", "'111122223333:prod' is both golden and revoked", "take it out of golden.watermarks, or revoke a narrower name"),
    (scope('{address: "*"}', '    golden: {watermarks: [{key: "111122223333:prod"}]}\n') + 'revoked: {watermarks: ["111122223333:golden-*"]}\n', "8:24", "'111122223333:golden-*' is both golden and revoked", "take it out of golden.watermarks, or revoke a narrower name"),
    # scopes that can never hold
    (scope("{account: '1234567890123'}"), "5:22", "scopes.0.match.account must look like an account of 12 digits, where * and ? are allowed", None),
    (scope("{account: '12345678901'}"), "5:22", "scope 'prod' never applies: an account id has 12 digits", None),
    (scope("{account: '???????????'}"), "5:22", "scope 'prod' never applies: an account id has 12 digits", None),
    (scope("{account: '1'}"), "5:22", "scope 'prod' never applies: an account id has 12 digits", None),
    (scope("{region: prod}"), "5:21", "scope 'prod' never applies: 'prod' is not a Region", None),
    (scope("{region: us-east}"), "5:21", "scope 'prod' never applies: 'us-east' is not a Region", None),
    (scope("{region: us-east-1a}"), "5:21", "scope 'prod' never applies: 'us-east-1a' is not a Region", None),
    (scope("{resource_type: instance}"), "5:28", "scope 'prod' never applies: 'instance' is not an AWS resource type", "the types of hashicorp/aws begin with aws_, those of hashicorp/awscc with awscc_"),
    (scope("{resource_type: google_compute_instance}"), "5:28", "is not an AWS resource type", None),
    (scope("{address: aws_launch_template.web, resource_type: aws_instance}"), "5:62", "scope 'prod' never applies: aws_launch_template.web is not of type aws_instance", None),
    (scope("{address: module.a.aws_launch_template.web, resource_type: 'aws_i*'}"), "5:71", "is not of type aws_i*", None),
    (scope("""{resource_type: aws_ami, address: 'module.a["x.y"].aws_instance.b["aws_ami.c"]'}"""), "5:28", "is not of type aws_ami", None),
    (exception("{account: '12345678901'}"), "4:22", "exception 1 never applies: an account id has 12 digits", None),
    (exception("{region: prod}"), "4:21", "exception 1 never applies: 'prod' is not a Region", None),
    (exception("{resource_type: instance}"), "4:28", "exception 1 never applies: 'instance' is not an AWS resource type", None),
    (scope('{address: "*"}', TWO), "7:24", "scope 'two' never applies: 'prod' has the same match", "make one of them more specific, or merge them"),
    (scope("{region: us-east-1, tags: {a: b, c: d}}", "  - {name: two, match: {tags: {c: d, a: b}, region: us-east-1}, rules: {unmarked: off}}\n"), "7:24", "'prod' has the same match", None),
    # scopes that say nothing
    (scope('{address: "*"}', TWO.replace("two", "prod").replace("*", "x")), "7:12", "two scopes are called 'prod'", "rename one"),
    ('scopes: [{name: x, match: {address: "*"}}]\n', "3:10", "scope 'x' changes nothing", "give it golden, require or rules"),
    ('scopes: [{name: x, match: {address: "*"}, require: {}}]\n', "3:10", "scope 'x' changes nothing", None),
    ('scopes: [{name: x, match: {address: "*"}, rules: {}, require: {}}]\n', "3:10", "scope 'x' changes nothing", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "said", "hint"), REFUSED)
def test_what_is_wrong_is_told_where_it_stands(
    text: str, where: str, said: str, hint: str | None
) -> None:
    with pytest.raises(PolicyError) as caught:
        read(HEAD + text)
    with pytest.raises(PolicyError) as again:
        validate("p.yaml", (HEAD + text).encode())
    assert str(again.value) == str(caught.value)
    assert caught.value.where == f"p.yaml:{where}"
    assert said in caught.value.what
    if hint:
        assert caught.value.hint == hint


def test_the_command_says_so_in_one_line_and_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text, where, said, hint in REFUSED:
        Path("p.yaml").write_text(HEAD + text, "utf-8")
        assert run(["policy", "validate", "p.yaml"]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        assert printed.err.startswith(f"assay: p.yaml:{where}: ")
        assert said in printed.err
        assert (hint or "") in printed.err
    Path("p.yaml").write_text(HEAD + EVERYTHING, "utf-8")
    assert run(["policy", "validate", "p.yaml"]) == 0
    assert capsys.readouterr().out == "p.yaml: valid\n"


def test_a_match_of_nothing_is_refused_by_its_type_already() -> None:
    """Whatever the JSON Schema says of it, which only words what is refused."""
    text = HEAD + scope('{address: "*"}')
    whole = parse("p.yaml", text).value
    whole["scopes"][0]["match"] = {}
    with pytest.raises(msgspec.ValidationError, match=r"^is empty: it would apply everywhere - at"):
        decode(whole)


def test_an_exception_without_rules_is_not_said_to_let_nothing_pass() -> None:
    with pytest.raises(PolicyError) as caught:
        read(HEAD + exception(rules="[]"))
    assert caught.value.what == "exceptions.0.rules is empty: it would let nothing through"


@pytest.mark.parametrize(
    "match",
    [
        "{account: '1*'}",
        "{account: '*'}",
        "{account: '????????????'}",
        "{account: '1234567890*'}",
        "{account: '123456789012'}",
        "{account: '1*2*3*4*5*6*'}",
        "{account: '???????????*'}",
        "{region: 'us-east-?'}",
        "{region: 'us-*'}",
        "{region: '*'}",
        "{region: 'prod*'}",
        "{region: us-gov-west-1}",
        "{resource_type: awscc_ec2_instance}",
        "{resource_type: 'google_*'}",
        "{resource_type: aws_instance, address: aws_instance.web}",
        "{resource_type: aws_instance, address: 'aws_launch*'}",
        "{resource_type: 'aws_*', address: 'module.a.aws_instance.web[0]'}",
        """{resource_type: aws_instance, address: 'aws_instance.web["a.aws_ami.b"]'}""",
        """{resource_type: aws_instance, address: 'module.x["aws_ami.b"].aws_instance.c'}""",
        """{resource_type: aws_instance, address: 'aws_instance.web["x.aws_ami.b["]'}""",
        """{resource_type: aws_instance, address: 'aws_instance.web["x.aws_ami.b[0]"]'}""",
        "{resource_type: aws_instance, address: no address at all}",
    ],
)
def test_what_could_hold_is_read(match: str) -> None:
    assert len(read(HEAD + scope(match)).scopes) == 1
    assert len(read(HEAD + exception(match)).exceptions) == 1


KEYS = st.text(alphabet='ab.[]"\\_', max_size=12).map(
    lambda key: '["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]'
)


@settings(max_examples=300)
@given(st.lists(st.just("") | KEYS, max_size=2), st.just("") | KEYS, st.booleans())
def test_the_type_of_an_address_is_read_whatever_its_keys_hold(
    calls: list[str], key: str, right: bool
) -> None:
    """`x.aws_ami.b[` may be a for_each key: a scope must not be refused for its letters."""
    path = "".join(f"module.m{call}." for call in calls)
    address = f"{path}aws_instance.web{key}".replace("'", "''")
    type = "aws_instance" if right else "aws_ami"
    text = HEAD + scope(f"{{resource_type: {type}, address: '{address}'}}")
    refused = False
    try:
        read(text)
    except PolicyError as error:
        refused = "never applies" in str(error)
        assert refused
    event(f"refused: {refused}")
    assert refused is not right


def test_the_first_contradiction_is_told() -> None:
    text = HEAD + exception("{region: prod}") + scope("{region: dev}")
    with pytest.raises(PolicyError, match="scope 'prod' never applies: 'dev' is not a Region"):
        read(text)
