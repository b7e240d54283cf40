"""# checkov

assay's verdicts as records of checkov: custom checks that judge nothing themselves and read a
report of assay's. Give checkov an environment of its own. It needs a boto3 that drops watermarks,
and its fork of hcl2 overwrites the one that assay reads code with.

    pipx install assay-ami; pipx install checkov==3.3.30

**On a plan**, with assay run by the check, once for each plan:

    checkov -f plan.json --framework terraform_plan --external-checks-dir "$(assay checkov-dir)" --skip-download

It takes the policy, the catalogue and the credentials that `assay check plan.json` would take here.
With a report that exists already, AWS is asked once for both:

    assay check plan.json -o json=report.json
    ASSAY_REPORT=report.json checkov -f plan.json ...

**From git**, without this package. checkov takes no notice of `//checks` and runs every Python file
of the whole tree, so name a ref that holds nothing else, as each release tags one:

    checkov -f plan.json --external-checks-git "https://HOST/assay.git//checks?ref=checks-1.0.0" ...

**Lines of code instead of lines of the plan** (enrichment), and skip comments with it. checkov
compares neither modules nor indices there: a comment at one `aws_instance.web` can skip every
`aws_instance.web` of every module.

    checkov -f plan.json --repo-root-for-plan-enrichment . ...

**Only some families**: `-c CKV_ASSAY_1,CKV_ASSAY_2`, or `--skip-check CKV_ASSAY_4`.

    CKV_ASSAY_1   golden descent, all that could not be determined, and what no family below says
    CKV_ASSAY_2   revoked
    CKV_ASSAY_3   not-launchable
    CKV_ASSAY_4   not-allowed, self-owned
    CKV_ASSAY_5   untrusted-owner, public-image, open-lookup
    CKV_ASSAY_6   too-old, deprecated, downgrade
    CKV_ASSAY_7   scan-findings
    CKV_ASSAY_8   unpinned, ignored-changes
    CKV2_ASSAY_1  a data "aws_ami" that does not say whose images it takes (no verdict needed)
    CKV2_ASSAY_2  an AMI under ignore_changes (no verdict needed; code only)

With `-c`, CKV_ASSAY_1 says what the families that are left out would have said. Which rules fail
is the policy's to say: what is a warning there, or excepted, is no record here.

**A baseline** holds ids and addresses: whatever image stands at an address in it passes from then
on. Leave CKV_ASSAY_1 out of it, and except images in the policy, with an owner and an end.

    checkov -d . --framework terraform_plan --skip-check 'CKV_ASSAY_*' --create-baseline ...
    checkov -d . --framework terraform_plan --baseline .checkov.baseline ...

**What is FAILED.** A reference that fails or cannot be determined; and every resource that could
name an image where there is no verdict at all: no command, a run that fails, hangs or prints
something else, a report of another plan, of another day, cut short, or at odds with itself. The
reason stands on standard error. What concerns the whole is reported at the provider, `aws.default`.
What names no image has no record, and what does not change neither (ASSAY_INCLUDE_UNCHANGED=1).

**What it does not catch.** checkov leaves with 0, and no record, where it cannot read the plan (a
name without .json, gzip, several plans in one file) and where the directory of the checks is not
there. The gate is `assay check`; checkov shows what it said.

**Code** (`--framework terraform`) is judged where ASSAY_REPORT names a report on that directory
and not written since, or with ASSAY_CHECKOV_HCL=1, which runs `assay check` on it. Otherwise it has
no record.

**Variables.** Those of `assay check` (ASSAY_POLICY, ASSAY_CATALOG, ...), and:

    ASSAY_REPORT                the report to read, instead of running assay
    ASSAY_BIN                   the command to run (default: assay, on PATH)
    ASSAY_CHECKOV_TIMEOUT       seconds for a run (300)
    ASSAY_CHECKOV_MAX_AGE       seconds since the report's as_of, at most a day (86400)
    ASSAY_CHECKOV_UNDETERMINED  unknown: no record for what could not be determined
    ASSAY_CHECKOV_HCL           1: run assay on code, too
    ASSAY_CHECKOV_DETAILS       1: the reason in checkov's own reports; its SARIF is invalid then

Runs are remembered for five minutes in a private directory (ASSAY_CACHE_DIR, ASSAY_NO_CACHE).
"""

import click

from assay.cli.shipped import folder
from assay.cli.streams import EXIT_PASS, show
from assay.cli.usage import Command


@click.command("checkov-dir", cls=Command)
def checkov_dir_command() -> int:
    """Print the directory of the checkov checks that come with assay.

    Use it as checkov --external-checks-dir "$(assay checkov-dir)"; see `assay explain checkov`.
    """
    show(f"{folder('checks', 'assay_checks.py')}\n")
    return EXIT_PASS
