"""Looks up one image without a plan: its lineage, and the policy's verdict on it."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog
    from assay.model import Place, Policy, Subject
    from assay.report.lineage.view import Lineage
    from assay.run.catalogs import Asking
    from assay.run.host import Host


class Where(NamedTuple):
    """Where an image is looked up, and as which account."""

    region: str | None
    account: str | None
    asking: "Asking"
    policy_path: str | None


class Found(NamedTuple):
    """The result of looking up an image."""

    subject: "Subject"
    lineage: "Lineage"

    @property
    def readable(self) -> bool:
        """Whether an image is visible."""
        return bool(self.lineage.nodes)


def image_id(text: str) -> str:
    """Return an AMI id in EC2's form. Raises `InputError`."""
    from assay.errors import InputError
    from assay.model import AmiId, parse_image

    if not isinstance(parse_image(text), AmiId):
        raise InputError(
            f"{text!r} is not an AMI id", hint="write ami- followed by 8 or 17 hexadecimal digits"
        )
    return text


def traced_id(text: str) -> str:
    """Return the id of an image or of an instance. Raises `InputError`."""
    from assay.errors import InputError
    from assay.model import ids

    if ids.is_ami_id(text) or ids.has_form(text, ids.INSTANCE_ID):
        return text
    raise InputError(
        f"{text!r} is neither an AMI id nor an instance id",
        hint="write ami- or i- followed by 8 or 17 hexadecimal digits",
    )


def look_up(host: "Host", image: str, where: Where) -> Found:
    """Find out everything about one image. Raises `AssayError` if that is not possible."""
    from assay.report.lineage.view import lineage_of
    from assay.run import check
    from assay.run.catalogs import open_catalog
    from assay.run.policies import policy_if_any

    policy = policy_if_any(host, where.policy_path)
    place = named_place(where.region, where.account, policy)
    catalog = open_catalog(host, where.asking, policy.readers if policy else None)
    place = recorded_place(place, image, catalog)
    as_of = where.asking.as_of or host.now()
    with host.watching(catalog):
        (subject,) = check.look_up([image], place, catalog, policy)
    golden = check.golden_marks_of(subject, policy, as_of) if policy else None
    asked_at = host.now()
    return Found(subject, lineage_of(subject, catalog.facts(), as_of, policy, golden, asked_at))


def named_place(region: str | None, account: str | None, policy: "Policy | None") -> "Place":
    """Return the place of an image from options and policy. Raises `InputError` without a Region."""
    from assay.errors import InputError
    from assay.model import Place

    region = region or (policy.region if policy else None)
    if region is None:
        raise InputError(
            "no Region is set",
            hint="name one with --region, ASSAY_REGION or the policy's aws.region; AWS_REGION is not used, because an id is valid only in its own Region",
        )
    return Place.of(region, account)


def recorded_place(place: "Place", image: str, catalog: "ImageCatalog") -> "Place":
    """Add the account of a recording, if only one was asked about the image."""
    from msgspec.structs import replace

    from assay.catalog.questions import IDENTITIES
    from assay.catalog.recorded import RecordedCatalog
    from assay.errors import InputError
    from assay.model import Identity

    if place.account is not None or not isinstance(catalog, RecordedCatalog):
        return place
    accounts = sorted(account or "" for account in catalog.accounts(place, image))
    if len(accounts) == 1:
        return replace(place, account=accounts[0] or None)
    if accounts and not isinstance(catalog.ask(IDENTITIES, [place])[place], Identity):
        raise InputError(
            f"{image} was recorded for {', '.join(filter(None, accounts))}",
            hint="name one with --account",
        )
    return place
