"""`assay doctor`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from assay.cli.options import DEFAULT_POLICY, debug_option, live_options, policy_option
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, printable, show

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.run.doctor import Finding

HCL2, FORK = "python-hcl2", "bc-python-hcl2"
"""Two distributions of one package `hcl2`. checkov installs the second, an old fork."""


@click.command("doctor")
@policy_option
@live_options
@debug_option
def doctor_command(
    policy_path: str | None, region: str | None, timeout: float, no_cache: bool
) -> int:
    """Say whether a check could succeed from here, and if not, why.

    Tries the SDK, the policy, the credentials, every reader of the policy and each permission, the
    way a check uses them, and changes nothing.

    Exit codes: 0 a check could succeed, warnings or not, 2 it could not.
    """
    from assay.run.doctor import Level

    problems = 0
    for finding in _findings(policy_path, region, timeout, no_cache):
        show(f"{finding.level.value:<4}  {printable(finding.text)}\n")
        problems += finding.level is Level.FAIL
    if not problems:
        show("a check could succeed\n")
        return EXIT_PASS
    show(f"a check could not succeed: {problems} problem{'s' if problems > 1 else ''}\n")
    return EXIT_NO_VERDICT


def _findings(
    policy_path: str | None, region: str | None, timeout: float, no_cache: bool
) -> "Iterator[Finding]":
    """One after the other, so that what is known is seen while AWS is waited for."""
    from assay.cli import opening
    from assay.run.doctor import Clock, Finding, Level, endpoints, examine

    policy, policy_finding = _policy(policy_path)
    yield _versions()
    own_region, sdk_finding = _sdk()
    yield sdk_finding
    yield _hcl2()
    yield policy_finding
    region, region_finding = _region(region, policy, own_region)
    yield region_finding
    if region is None or sdk_finding.level is Level.FAIL:
        yield Finding(Level.SKIP, "credentials, readers, permissions and clock: AWS was not asked")
        return
    readers = policy.readers if policy else {}
    sdk = opening.open_sdk(readers, timeout, opening.cache_directory(no_cache=no_cache))
    clock = Clock(opening.now)
    sdk.hear_date = clock.hear
    yield from examine(sdk, region, readers)
    yield endpoints(sdk)
    yield clock.finding()


def _versions() -> "Finding":
    import platform

    from assay import __version__
    from assay.run.doctor import Finding, Level

    libraries = ", ".join(f"{name} {_version(name) or '?'}" for name in ("boto3", "botocore"))
    python = platform.python_version()
    return Finding(Level.OK, f"assay {__version__}, Python {python}, {libraries}")


def _version(distribution: str) -> str | None:
    """Of what is installed under that name, by what its installer has noted."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _sdk() -> "tuple[str | None, Finding]":
    """The Region that boto3 itself is configured with, and whether boto3 can be used."""
    from assay.catalog.aws.clients import boto3_itself
    from assay.errors import CatalogError
    from assay.run.doctor import Finding, Level

    try:
        version, region = boto3_itself()
    except CatalogError as error:
        return None, Finding(Level.FAIL, str(error))
    return region, Finding(Level.OK, f"botocore {version} knows AMI watermarks")


def _hcl2() -> "Finding":
    """Both distributions write the same files: where both are, either may be what is imported."""
    from assay.run.doctor import Finding, Level

    own, fork = _version(HCL2), _version(FORK)
    if fork is not None:
        cure = f"give assay an environment without checkov, with {HCL2}"
        return Finding(Level.WARN, f"hcl2 is of {FORK} {fork}, an old fork; {cure}")
    if own is not None:
        return Finding(Level.OK, f"hcl2 is of {HCL2} {own}")
    return Finding(Level.SKIP, "hcl2: not installed; plans are read without it")


def _policy(path: str | None) -> "tuple[Policy | None, Finding]":
    from assay.cli.opening import policy_if_any
    from assay.errors import AssayError
    from assay.run.doctor import Finding, Level

    try:
        policy = policy_if_any(path)
    except AssayError as error:
        return None, Finding(Level.FAIL, f"policy {error}")
    if policy is None:
        text = f"policy: none is named, and there is no {DEFAULT_POLICY} here"
        return None, Finding(Level.SKIP, text)
    readers = len(policy.readers)
    names = f", with {readers} reader{'s' if readers > 1 else ''}" if readers else ""
    return policy, Finding(Level.OK, f"policy {policy.path}: valid{names}")


def _region(
    given: str | None, policy: "Policy | None", own: str | None
) -> "tuple[str | None, Finding]":
    """Where to ask. A check takes the first two, and never boto3's own."""
    from assay.run.doctor import Finding, Level

    if given:
        source = click.get_current_context().get_parameter_source("region")
        typed = source is click.core.ParameterSource.COMMANDLINE
        return given, Finding(
            Level.OK, f"Region {given}, from {'--region' if typed else 'ASSAY_REGION'}"
        )
    if policy is not None and policy.region is not None:
        return policy.region, Finding(Level.OK, f"Region {policy.region}, from the policy")
    if own is not None:
        text = f"Region {own}, boto3's own; a check takes the plan's, --region or the policy's"
        return own, Finding(Level.OK, text)
    return None, Finding(Level.FAIL, "no Region to ask in; name one with --region")
