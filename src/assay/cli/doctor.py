"""`assay doctor`."""

from typing import Unpack

import click

from assay.cli.options import (
    SourceOptions,
    debug_option,
    input_options,
    live_options,
    policy_option,
    reading,
)
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, printable, show
from assay.cli.usage import Command


@click.command("doctor", cls=Command)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@policy_option
@input_options
@live_options
@debug_option
def doctor_command(
    paths: tuple[str, ...], policy_path: str | None, timeout: float, **how: Unpack[SourceOptions]
) -> int:
    """Say whether a check could succeed from here, and if not, why.

    Tries the SDK, the policy, the credentials, every reader of the policy and each permission, the
    way a check uses them, and changes nothing.

    With a PATH, as `assay check` takes it, only what a check of that needs is tried, in the Regions
    and accounts of its providers; a Region that nothing tells is named.

    Exit codes: 0 a check could succeed, warnings or not, 2 it could not.
    """
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.doctor.here import observations, observations_for
    from assay.run.doctor.observation import Level

    host = this_process()
    cache = Cache(host, wanted=not how["no_cache"])
    if paths:
        told = observations_for(host, paths, reading(how, cache), policy_path, timeout)
    else:
        source = click.get_current_context().get_parameter_source("region")
        by_option = source is click.core.ParameterSource.COMMANDLINE
        said_by = "--region" if by_option else "ASSAY_REGION"
        told = observations(host, policy_path, how["region"], said_by, timeout, cache)
    problems = 0
    for seen in told:
        show(f"{seen.level.value:<4}  {printable(seen.text)}\n")
        problems += seen.level is Level.FAIL
    what = f"a check{' of this' if paths else ''}"
    if not problems:
        show(f"{what} could succeed\n")
        return EXIT_PASS
    show(f"{what} could not succeed: {problems} problem{'s' if problems > 1 else ''}\n")
    return EXIT_NO_VERDICT
