"""Whether a check could succeed from here: the libraries, the policy, the Region, then AWS.

With inputs, whether a check of these inputs could succeed: only what they need is tried, where they
need it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assay.errors import AssayError, CatalogError, did_you_mean
from assay.run.doctor.clock import Clock
from assay.run.doctor.observation import Level, Observation
from assay.run.policies import DEFAULT_POLICY, open_policy, policy_if_any

if TYPE_CHECKING:
    from assay.catalog.aws.sdk import Sdk
    from assay.model import Policy, Readers
    from assay.run.cache import Cache
    from assay.run.host import Host
    from assay.run.inputs import Reading

HCL2, FORK = "python-hcl2", "bc-python-hcl2"
"""Two distributions of the same package `hcl2`. checkov installs the second, an old fork."""


def observations(
    host: "Host",
    policy_path: str | None,
    region: str | None,
    said_by: str,
    timeout: float,
    cache: "Cache",
) -> Iterator[Observation]:
    """Yield observations one by one, so that known ones are visible while waiting for AWS.

    `said_by` is the source of the Region: an option, or an environment variable.
    """
    from assay.model import Accounts
    from assay.run.doctor.aws import examine

    policy, of_policy = _policy(host, policy_path)
    own_region, usable, libraries = _libraries()
    yield from libraries
    yield of_policy
    region, of_region = _region(region, said_by, policy, own_region)
    yield of_region
    if region is None or not usable:
        yield _unasked()
        return
    sdk, clock = _open(host, policy, timeout, cache)
    known = policy.fleet.ids if policy and isinstance(policy.fleet, Accounts) else ()
    yield from examine(sdk, region, policy.readers if policy else None, known)
    yield from _answers(sdk, clock)


def observations_for(
    host: "Host",
    paths: Sequence[str],
    how: "Reading",
    policy_path: str | None,
    timeout: float,
) -> Iterator[Observation]:
    """Yield observations for inputs: of AWS, only what a check of them asks is tried."""
    from assay.run.doctor import inputs
    from assay.run.doctor.aws import examine_for

    policy, of_policy = _policy(host, policy_path, needed=True)
    _, usable, libraries = _libraries()
    yield from libraries
    yield of_policy
    sources, told = inputs.read(host, paths, how, policy)
    yield from told
    yield from _strange(inputs.regions(sources))
    if not usable:
        yield _unasked()
        return
    sdk, clock = _open(host, policy, timeout, how.cache)
    yield from examine_for(sdk, sources, policy)
    yield from _answers(sdk, clock)


def _open(
    host: "Host", policy: "Policy | None", timeout: float, cache: "Cache"
) -> "tuple[Sdk, Clock]":
    """Open a connection to AWS, and a clock that reads the times of its answers."""
    from assay.run.catalogs import open_sdk

    sdk = open_sdk(host, policy.readers if policy else None, timeout, cache)
    clock = Clock(host.now)
    sdk.hear_date = clock.hear
    return sdk, clock


def _answers(sdk: "Sdk", clock: Clock) -> Iterator[Observation]:
    """Report which endpoints answered, and the clock."""
    from assay.run.doctor.aws import endpoints

    yield endpoints(sdk)
    if sdk.calls():
        yield clock.observation()


def _unasked() -> Observation:
    text = "credentials, readers, permissions and clock: AWS was not asked"
    return Observation(Level.SKIP, text)


def _libraries() -> "tuple[str | None, bool, tuple[Observation, ...]]":
    """Return boto3's own Region, whether AWS can be asked, and what is installed."""
    region, of_sdk = _sdk()
    return region, of_sdk.level is not Level.FAIL, (_versions(), of_sdk, _hcl2())


def _strange(regions: Sequence[str]) -> Iterator[Observation]:
    """Report Regions that the SDK does not know, because they are misspelt or newer than the SDK."""
    from assay.catalog.aws.clients import regions_known

    known = regions_known() if regions else frozenset()
    for region in regions:
        if known and region not in known:
            hint = (
                did_you_mean(region, sorted(known))
                or "check the spelling, or update botocore if the Region is newer"
            )
            text = f"botocore {_version('botocore')} does not know the Region {region}"
            yield Observation(Level.WARN, f"{text}; {hint}")


def _versions() -> Observation:
    import platform

    from assay import __version__

    libraries = ", ".join(f"{name} {_version(name) or '?'}" for name in ("boto3", "botocore"))
    python = platform.python_version()
    return Observation(Level.OK, f"assay {__version__}, Python {python}, {libraries}")


def _version(distribution: str) -> str | None:
    """The installed version of a distribution, according to its metadata."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _sdk() -> "tuple[str | None, Observation]":
    """Return the Region in boto3's own configuration, and whether boto3 can be used."""
    from assay.catalog.aws.clients import boto3_itself

    try:
        version, region = boto3_itself()
    except CatalogError as error:
        return None, Observation(Level.FAIL, str(error))
    return region, Observation(Level.OK, f"botocore {version} knows AMI watermarks")


def _hcl2() -> Observation:
    """Both distributions install the same files: if both are there, either one may be imported."""
    own, fork = _version(HCL2), _version(FORK)
    if fork is not None:
        cure = f"give assay an environment without checkov, with {HCL2}"
        return Observation(Level.WARN, f"hcl2 comes from {FORK} {fork}, an old fork; {cure}")
    if own is not None:
        return Observation(Level.OK, f"hcl2 comes from {HCL2} {own}")
    return Observation(Level.SKIP, "hcl2: not installed; plans are read without it")


def _policy(
    host: "Host", path: str | None, *, needed: bool = False
) -> "tuple[Policy | None, Observation]":
    """Return the policy. A check needs one; trying what is here does not."""
    try:
        policy = open_policy(host, path) if needed else policy_if_any(host, path)
    except AssayError as error:
        return None, Observation(Level.FAIL, f"policy {error}" if error.where else str(error))
    if policy is None:
        text = f"policy: none was named, and there is no {DEFAULT_POLICY} here"
        return None, Observation(Level.SKIP, text)
    return policy, Observation(Level.OK, f"policy {policy.path}: valid{_named(policy.readers)}")


def _named(readers: "Readers") -> str:
    """Describe the readers of the policy."""
    number = len(readers.by_account)
    told = [f"{number} reader{'s' if number > 1 else ''}"] if number else []
    told += ["a reader for all other accounts"] if readers.common else []
    return f", with {' and '.join(told)}" if told else ""


def _region(
    given: str | None, said_by: str, policy: "Policy | None", own: str | None
) -> "tuple[str | None, Observation]":
    """Return the Region to ask. A check uses only the first two sources, never boto3's own."""
    if given:
        return given, Observation(Level.OK, f"Region {given}, from {said_by}")
    if policy is not None and policy.region is not None:
        return policy.region, Observation(Level.OK, f"Region {policy.region}, from the policy")
    if own is not None:
        text = f"Region {own}, from boto3's settings; a check uses the plan's Region, --region or the policy's"
        return own, Observation(Level.OK, text)
    return None, Observation(
        Level.FAIL,
        "no Region is set; name one with --region, ASSAY_REGION or the policy's aws.region",
    )
