"""# checkov

assay's verdicts as checkov records: custom checks that judge nothing themselves but read a report
from assay. Give checkov an environment of its own: it needs a boto3 that drops watermarks, and its
fork of hcl2 overwrites the one that assay uses to read code.

    pipx install assay-ami; pipx install checkov==3.3.30

**On a plan**. The check runs assay once for each plan:

    checkov -f plan.json --framework terraform_plan --external-checks-dir "$(assay checkov-dir)" --skip-download

It uses the policy, the catalogue and the credentials that `assay check plan.json` would use here.
If the report exists already, AWS is asked only once for both:

    assay check plan.json -o json=report.json
    ASSAY_REPORT=report.json checkov -f plan.json ...

**From git**, without this package. checkov ignores `//checks` and runs every Python file in the
whole tree, so name a ref that contains nothing else, such as the one that each release tags:

    checkov -f plan.json --external-checks-git "https://HOST/assay.git//checks?ref=checks-1.0.0" ...

**Lines of code instead of lines of the plan** (enrichment), which also makes skip comments work.
checkov compares neither modules nor indexes there: a comment at one `aws_instance.web` can skip
every `aws_instance.web` in every module.

    checkov -f plan.json --repo-root-for-plan-enrichment . ...

**Only some families**: `-c CKV_ASSAY_1,CKV_ASSAY_2`, or `--skip-check CKV_ASSAY_4`.

    CKV_ASSAY_1   golden descent, all that could not be determined, and what no family below covers
    CKV_ASSAY_2   revoked
    CKV_ASSAY_3   not-launchable
    CKV_ASSAY_4   not-allowed, self-owned
    CKV_ASSAY_5   untrusted-owner, public-image, open-lookup
    CKV_ASSAY_6   too-old, deprecated, downgrade
    CKV_ASSAY_7   scan-findings
    CKV_ASSAY_8   unpinned, ignored-changes
    CKV2_ASSAY_1  a data "aws_ami" that does not restrict whose images it may find (no verdict needed)
    CKV2_ASSAY_2  an AMI under ignore_changes (no verdict needed; code only)

With `-c`, CKV_ASSAY_1 reports what the families that are left out would have reported. The policy
decides which rules fail: a result that is only a warning there, or excepted, has no record here.

**A baseline** contains ids and addresses: any image at an address in it passes from then on. Leave
CKV_ASSAY_1 out of it, and use exceptions in the policy instead, with an owner and an end date.

    checkov -d . --framework terraform_plan --skip-check 'CKV_ASSAY_*' --create-baseline ...
    checkov -d . --framework terraform_plan --baseline .checkov.baseline ...

**What is FAILED.** A reference that fails or cannot be determined. If there is no verdict at all,
also every resource that could name an image: because there is no command, a run fails, hangs or
prints something else, or a report is of another plan or another day, is truncated, or contradicts
itself. The reason is on standard error. Problems with the whole plan are reported at the provider,
`aws.default`. A resource that names no image has no record, nor does one that does not change
(unless ASSAY_INCLUDE_UNCHANGED=1).

**What it does not catch.** checkov exits with 0, and without a record, if it cannot read the plan (a
name without .json, gzip, several plans in one file) or if the directory of the checks does not
exist. The gate is `assay check`; checkov only shows its verdicts.

**Code** (`--framework terraform`) is judged if ASSAY_REPORT names a report on that directory and
the code has not changed since, or with ASSAY_CHECKOV_HCL=1, which runs `assay check` on it.
Otherwise it has no record.

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
