"""What a suggestion is for: an address in a plan, in code or in a state, an image, or an instance."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assay.catalog.fleet_questions import USED_IMAGES
from assay.catalog.interface import Absent, CutShort, ImageCatalog, Unavailable, whole
from assay.catalog.questions import IDENTITIES, IMAGES, INSTANCES
from assay.errors import InputError, did_you_mean
from assay.fleet.columns import use_of
from assay.fleet.night import Night
from assay.model import Identity, Outcome, Place, Report, Resolved, Verdict
from assay.model.ids import INSTANCE_ID, has_form, is_ami_id
from assay.model.suggestion import Asked
from assay.run.unknown import listed_now, may_be_hidden, unknown

if TYPE_CHECKING:
    from assay.run.host import Host

_SENSITIVE = "its value is sensitive, and a suggestion would reveal it"


def is_machine(target: str) -> bool:
    """Whether a target is an image or instance id, not an address."""
    return is_ami_id(target) or has_form(target, INSTANCE_ID)


def of_night(target: str, night: Night, region: str | None, account: str | None) -> list[Asked]:
    """Return the image or instance in each place that has it.

    The result is empty if it may be in a place that was not seen. Raises `InputError` if no place
    has it.
    """
    rows = _uses(target, night) if has_form(target, INSTANCE_ID) else _images(target, night)
    every = [Asked(target, *row) for row in dict.fromkeys(rows)]
    found = [
        each for each in every if region in (None, each.region) and account in (None, each.account)
    ]
    if found or (night.unseen and not every):
        return found
    who = f"night {night.date} of {night.store.path} has"
    if every:
        there = ", ".join(f"{each.account}/{each.region}" for each in every)
        raise InputError(f"{who} {target} in {there} alone", hint="name one of these, or no place")
    raise unknown(f"{who} no {target}", target, night)


def _uses(target: str, night: Night) -> Iterator[tuple[str, str, str]]:
    asked = "SELECT * FROM uses WHERE night = $1 AND id = $2 ORDER BY account, region"
    for row in night.store.records(asked, night.date, target):
        use = use_of(row)
        if use.image_id is not None:
            yield row["account"], row["region"], use.image_id


def _images(target: str, night: Night) -> Iterator[tuple[str, str, str]]:
    """Where it is used, or, if it is not used anywhere, where it is listed."""
    for view, more in (("uses", "AND type <> 'usage-report'"), ("images", "")):
        asked = (
            f"SELECT DISTINCT account, region FROM {view} WHERE night = $1 AND image_id = $2 {more}"  # noqa: S608 - no foreign text
            " ORDER BY ALL"
        )
        rows = list(night.store.records(asked, night.date, target))
        yield from ((row["account"], row["region"], target) for row in rows)
        if rows:
            return


def live(
    target: str, catalog: ImageCatalog, region: str | None, account: str | None
) -> list[Asked]:
    """Return the image or instance in the named place. Raises `InputError`."""
    if region is None:
        raise InputError(
            f"no Region to look for {target}",
            hint="name one with --region, or ask a stored night: --store",
        )
    place = Place.of(region, account or _caller(catalog, region))
    if is_ami_id(target):
        _refuse_unknown(target, catalog, place)
        return [Asked(target, place.account or "", region, target)]
    match catalog.ask(INSTANCES, [(place, target)])[place, target]:
        case Absent():
            near = listed_now(catalog, place, target)
            raise unknown(f"there is no {target} in {place}", target, None, near)
        case Unavailable(reason):
            raise InputError(f"{target} in {place} could not be looked up: {reason}")
        case image_id:
            return [Asked(target, place.account or "", region, image_id)]


def _refuse_unknown(id: str, catalog: ImageCatalog, place: Place) -> None:
    """Raise `InputError` for an image that does not exist there, is not running and is not hidden."""
    shown = catalog.ask(IMAGES, [(place, id)])[place, id]
    if not isinstance(shown, Absent) or may_be_hidden(catalog, place, id):
        return
    used = whole(catalog.list_all(USED_IMAGES, place))
    if isinstance(used, CutShort) or any(each.image.id == id for each in used):
        return
    raise unknown(
        f"EC2 shows no {id} to {place}, and nothing runs there that was launched from it",
        id,
        None,
        listed_now(catalog, place, id),
    )


def _caller(catalog: ImageCatalog, region: str) -> str:
    place = Place.of(region)
    answer = catalog.ask(IDENTITIES, [place])[place]
    if not isinstance(answer, Identity):
        reason = answer.reason if isinstance(answer, Unavailable) else ""
        raise InputError(
            f"it is not known which account this is: {reason}", hint="name it with --account"
        )
    return answer.account


def of_report(
    host: "Host", report: Report, addresses: Sequence[str]
) -> tuple[list[Asked], list[str]]:
    """Return the references that do not pass, and why some cannot be asked about, a line each.

    They are all, or those of some addresses. Raises `InputError`.
    """
    known = {each.subject.reference.address for each in report.verdicts}
    for address in addresses:
        if address not in known:
            hint = did_you_mean(address, known)
            raise InputError(f"no image is judged at {address}", hint=hint)
    wanted = [
        each
        for each in report.verdicts
        if not addresses or each.subject.reference.address in addresses
    ]
    for each in wanted:
        if addresses and each.outcome is Outcome.PASS:
            host.note(f"{each.subject.reference.address} passes, so nothing has to be replaced")
    found: list[Asked] = []
    unasked: list[str] = []
    for each in wanted:
        if each.outcome is Outcome.PASS:
            continue
        asked, why_not = _asked(each)
        if asked is not None:
            found.append(asked)
        else:
            unasked.append(f"{each.subject.reference.address}: {why_not}")
    return found, unasked


def asked_for(verdict: Verdict) -> Asked | None:
    """Return the question about one verdict, or None if there is none to ask."""
    return _asked(verdict)[0]


def _asked(verdict: Verdict) -> tuple[Asked | None, str]:
    subject, found = verdict.subject, verdict.subject.resolution
    reference = subject.reference
    if reference.sensitive or found.sensitive:
        return None, _SENSITIVE
    if not isinstance(subject.place, Place) or subject.place.account is None:
        return None, "its account and Region are not known"
    if subject.others:
        return None, "it may mean several images"
    image_id = found.image.id if isinstance(found, Resolved) else found.image_id
    asked = Asked(
        reference.address, subject.place.account, subject.place.region, image_id, reference
    )
    return asked, ""
