"""# open-lookup

**What it does.** Fails a reference whose image Terraform looks up (`data "aws_ami"`) without
limiting the owner: there are no `owners`, and no filter `owner-id` or `owner-alias` without
wildcards. A filter `image-id` without wildcards is fine too, because nobody can choose the id of an
image.

**Why it matters.** Anybody can publish an image under any name, or share one with your account.
With `most_recent`, you launch whatever was published last, by anybody: this is the name confusion
attack "whoAMI". Other rules fail a stranger's image once the lookup finds it. This rule warns you
before such an image exists.

**Example.** `most_recent = true` and a filter `name` of `golden-al2023-*`, with no `owners`.

**How to fix.** Name the accounts: `owners = ["self", "111122223333"]`.

**Reads.** The lookup, as written in the configuration.

**Offline.** Yes: the configuration shows it.
"""

from assay.model import Finding, ImageSearch, Made, Outcome, Planned, Value, image_search
from assay.policy.rules.rule import Rule


def check(value: Value) -> Finding | None:
    """Check that the image lookup, if there is one, is limited to owners or to an image id."""
    search = image_search(value)
    if search is None:
        return None
    if _is_confined(search):
        return Finding(Outcome.PASS, "the image lookup names whose images it accepts")
    return Finding(
        Outcome.FAIL,
        f"{_name(value)} accepts anybody's image: it names no owner",
        "list the accounts whose images it may find under owners",
    )


def _name(value: Value) -> str:
    """The address of the data source, if the value contains it."""
    match value:
        case Planned(step, ImageSearch()):
            return step
        case Planned(value=inner) | Made(source=inner):
            return _name(inner)
    return "an image lookup"


def _is_confined(search: ImageSearch) -> bool:
    """Whether owners or exact filters limit the lookup.

    EC2 accepts wildcards in filters, but not in Owners (EC2 API Reference, DescribeImages).
    """
    named = bool(search.owners) and not any(
        not owner or {"*", "?"} & set(owner) for owner in search.owners
    )
    return named or any(search.exactly(name) for name in ("owner-id", "owner-alias", "image-id"))


RULE = Rule("open-lookup", "the image lookup accepts anybody's images", check)
