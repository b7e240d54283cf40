"""`assay doctor`."""

from typing import Unpack

import click

from assay.cli.options import (
    SourceOptions,
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
def doctor_command(
    paths: tuple[str, ...], policy_path: str | None, timeout: float, **how: Unpack[SourceOptions]
) -> int:
    """Test whether a check could succeed with the present setup, and say what is wrong if it could not.

    Tests the SDK, the policy, the credentials, every reader in the policy and each permission, in the
    same way as a check uses them. Changes nothing.

    With a PATH, as for `assay check`, it tests only what a check of that path needs, in the Regions and
    accounts of its providers, and names every Region that is not known.

    Exit codes: 0 a check could succeed, with or without warnings, 2 it could not.
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
