"""What `doctor` says about identities: the caller's, and those of the policy's readers."""

from collections.abc import Iterator, Sequence

from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IDENTITIES
from assay.errors import CatalogError
from assay.model import CommonReader, Identity, Place, Readers
from assay.policy.rules.lookup_failed import cure_of
from assay.run.doctor.observation import Level, Observation


def identity(catalog: LiveCatalog, place: Place) -> Answer[Identity]:
    """Return the identity used for a place, or what is wrong with the credentials as a whole."""
    try:
        return catalog.ask(IDENTITIES, [place])[place]
    except CatalogError as error:
        return Unavailable(str(error))


def caller(answer: Answer[Identity]) -> Observation:
    """Report whose credentials these are."""
    match answer:
        case Identity(account=account, arn=arn):
            return Observation(Level.OK, f"credentials of account {account}: {arn}")
        case Unavailable(reason=reason):
            return Observation(Level.FAIL, f"credentials: {_with_cure(reason)}")
        case Absent():
            return Observation(
                Level.FAIL, "credentials: sts:GetCallerIdentity returned no identity"
            )


def _with_cure(reason: str) -> str:
    """A reason with what to do about it, unless it says so itself."""
    says_it = "; " in reason or "aws.readers" in reason
    cure = None if says_it else cure_of(reason)
    return f"{reason}; {cure}" if cure else reason


def readers_of(
    catalog: LiveCatalog,
    region: str,
    readers: Readers,
    fleet: Sequence[str],
    caller: Identity,
) -> Iterator[tuple[str, Observation]]:
    """Try each reader that the policy names, and the common one in the accounts of `fleet`.

    A reader of another partition has no role that can be assumed from `region`.
    """
    place = {
        account: Place.of(region, account) for account in sorted({*readers.by_account, *fleet})
    }
    of = {account: readers.of(each.partition, account) for account, each in place.items()}
    near = {
        account: place[account]
        for account, reader in of.items()
        if reader is not None and reader.role_arn.split(":")[1] == place[account].partition
    }
    answers = catalog.ask(IDENTITIES, near.values())
    for account in place:
        if account in near:
            yield account, _reader(account, answers[near[account]], caller)
        elif of[account] is None:
            if account != caller.account:
                text = f"account {account} of the policy's aws.accounts has no reader"
                yield account, Observation(Level.WARN, text)
        else:
            text = f"the reader for account {account} is in another partition than {region}"
            yield (
                account,
                Observation(Level.WARN, f"{text}; try it with a --region in that partition"),
            )


def readers_for(
    catalog: LiveCatalog, places: Sequence[Place], caller: Identity
) -> Iterator[tuple[Place, Observation]]:
    """Try the identity for each account of `places`, using one of its places."""
    first: dict[tuple[str, str | None], Place] = {}
    for place in places:
        first.setdefault((place.partition, place.account), place)
    answers = catalog.ask(IDENTITIES, first.values())
    for place in first.values():
        answer, account = answers[place], place.account
        if isinstance(answer, Identity) and account in (None, caller.account):
            text = f"account {answer.account} is read with the caller's own credentials"
            yield place, Observation(Level.OK, text)
        elif account is None:
            reason = "named nobody"
            if isinstance(answer, Unavailable):
                reason = _with_cure(answer.reason)
            yield place, Observation(Level.FAIL, f"credentials in {place.region}: {reason}")
        else:
            yield place, _reader(account, answer, caller)


def _reader(account: str, answer: Answer[Identity], caller: Identity) -> Observation:
    match answer:
        case Identity() if account == caller.account:
            text = "not used, because the credentials belong to that account"
            return Observation(Level.OK, f"the reader for account {account}: {text}")
        case Identity(arn=arn):
            return Observation(Level.OK, f"the reader for account {account}: {arn}")
        case Unavailable(reason=reason):
            reason = _with_cure(reason)
            told = reason if account in reason else f"the reader for account {account}: {reason}"
            return Observation(Level.FAIL, told)
        case Absent():
            return Observation(Level.FAIL, f"the reader for account {account} has no identity")


def untried(common: CommonReader) -> Observation:
    """Report that the common reader was not tried, because its accounts are not known."""
    text = f"the reader for all other accounts, role {common.role_name}: not tried"
    return Observation(Level.SKIP, f"{text}, because those accounts are not known here")
