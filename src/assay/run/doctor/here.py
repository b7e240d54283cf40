"""Whether a check could succeed from here: the libraries, the policy, the Region, then AWS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.errors import AssayError, CatalogError
from assay.run.doctor.observation import Level, Observation
from assay.run.policies import DEFAULT_POLICY, policy_if_any

if TYPE_CHECKING:
    from assay.model import Policy, Readers
    from assay.run.cache import Cache
    from assay.run.host import Host

HCL2, FORK = "python-hcl2", "bc-python-hcl2"
"""Two distributions of one package `hcl2`. checkov installs the second, an old fork."""


def observations(
    host: "Host",
    policy_path: str | None,
    region: str | None,
    said_by: str,
    timeout: float,
    cache: "Cache",
) -> Iterator[Observation]:
    """One after the other, so that what is known is seen while AWS is waited for.

    `said_by` is what named the Region: an option, or a variable of the environment.
    """
    from assay.model import Accounts
    from assay.run.catalogs import open_sdk
    from assay.run.doctor.aws import endpoints, examine
    from assay.run.doctor.clock import Clock

    policy, of_policy = _policy(host, policy_path)
    yield _versions()
    own_region, of_sdk = _sdk()
    yield of_sdk
    yield _hcl2()
    yield of_policy
    region, of_region = _region(region, said_by, policy, own_region)
    yield of_region
    if region is None or of_sdk.level is Level.FAIL:
        yield Observation(
            Level.SKIP, "credentials, readers, permissions and clock: AWS was not asked"
        )
        return
    readers = policy.readers if policy else None
    sdk = open_sdk(host, readers, timeout, cache)
    clock = Clock(host.now)
    sdk.hear_date = clock.hear
    known = policy.fleet.ids if policy and isinstance(policy.fleet, Accounts) else ()
    yield from examine(sdk, region, readers, known)
    yield endpoints(sdk)
    yield clock.observation()


def _versions() -> Observation:
    import platform

    from assay import __version__

    libraries = ", ".join(f"{name} {_version(name) or '?'}" for name in ("boto3", "botocore"))
    python = platform.python_version()
    return Observation(Level.OK, f"assay {__version__}, Python {python}, {libraries}")


def _version(distribution: str) -> str | None:
    """Of what is installed under that name, by what its installer has noted."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _sdk() -> "tuple[str | None, Observation]":
    """The Region that boto3 itself is configured with, and whether boto3 can be used."""
    from assay.catalog.aws.clients import boto3_itself

    try:
        version, region = boto3_itself()
    except CatalogError as error:
        return None, Observation(Level.FAIL, str(error))
    return region, Observation(Level.OK, f"botocore {version} knows AMI watermarks")


def _hcl2() -> Observation:
    """Both distributions write the same files: where both are, either may be what is imported."""
    own, fork = _version(HCL2), _version(FORK)
    if fork is not None:
        cure = f"give assay an environment without checkov, with {HCL2}"
        return Observation(Level.WARN, f"hcl2 is of {FORK} {fork}, an old fork; {cure}")
    if own is not None:
        return Observation(Level.OK, f"hcl2 is of {HCL2} {own}")
    return Observation(Level.SKIP, "hcl2: not installed; plans are read without it")


def _policy(host: "Host", path: str | None) -> "tuple[Policy | None, Observation]":
    try:
        policy = policy_if_any(host, path)
    except AssayError as error:
        return None, Observation(Level.FAIL, f"policy {error}")
    if policy is None:
        text = f"policy: none is named, and there is no {DEFAULT_POLICY} here"
        return None, Observation(Level.SKIP, text)
    return policy, Observation(Level.OK, f"policy {policy.path}: valid{_named(policy.readers)}")


def _named(readers: "Readers") -> str:
    """How many readers there are."""
    number = len(readers.by_account)
    told = [f"{number} reader{'s' if number > 1 else ''}"] if number else []
    told += ["a reader of all other accounts"] if readers.common else []
    return f", with {' and '.join(told)}" if told else ""


def _region(
    given: str | None, said_by: str, policy: "Policy | None", own: str | None
) -> "tuple[str | None, Observation]":
    """Where to ask. A check takes the first two, and never boto3's own."""
    if given:
        return given, Observation(Level.OK, f"Region {given}, from {said_by}")
    if policy is not None and policy.region is not None:
        return policy.region, Observation(Level.OK, f"Region {policy.region}, from the policy")
    if own is not None:
        text = f"Region {own}, boto3's own; a check takes the plan's, --region or the policy's"
        return own, Observation(Level.OK, text)
    return None, Observation(Level.FAIL, "no Region to ask in; name one with --region")
