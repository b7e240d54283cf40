"""`assay doctor`."""

import click

from assay.cli.options import debug_option, live_options, policy_option
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, printable, show
from assay.cli.usage import Command


@click.command("doctor", cls=Command)
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
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.doctor.here import observations
    from assay.run.doctor.observation import Level

    host = this_process()
    cache = Cache(host, wanted=not no_cache)
    source = click.get_current_context().get_parameter_source("region")
    said_by = "--region" if source is click.core.ParameterSource.COMMANDLINE else "ASSAY_REGION"
    problems = 0
    for seen in observations(host, policy_path, region, said_by, timeout, cache):
        show(f"{seen.level.value:<4}  {printable(seen.text)}\n")
        problems += seen.level is Level.FAIL
    if not problems:
        show("a check could succeed\n")
        return EXIT_PASS
    show(f"a check could not succeed: {problems} problem{'s' if problems > 1 else ''}\n")
    return EXIT_NO_VERDICT
