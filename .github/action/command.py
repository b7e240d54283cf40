"""The `assay check` command that the action runs, and its environment."""

import os

from inputs import Files, Inputs, NoVerdictError, expand
from runner import say

CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
OWN = "ASSAY_"
"""assay's own variables are dropped: any of them could change the verdict, and an earlier step of the
job, such as `terraform plan` of code from a pull request, can set them for this one."""
FOREIGN_CODE = ("PYTHON",)
"""Variables that could make files of the checkout run in place of assay's own."""
WHO_ANSWERS = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_")
"""Variables that could let somebody else answer in AWS's place."""
RUNNER = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
"""Variables that would let Terraform and its providers, which render a plan, write to the runner."""


def command_of(inputs: Inputs, files: Files) -> list[str]:
    """Build `assay check …`. Raises `NoVerdictError` if inputs conflict or name nothing."""
    plans, code = expand(inputs, "plan", inputs.plan), expand(inputs, "paths", inputs.paths)
    for plan in plans:
        if os.path.isdir(plan):
            raise NoVerdictError(f"plan: {plan} is a directory; use paths for directories of code")
    if not plans and not code:
        raise NoVerdictError("there is nothing to check: set plan, paths or both")
    command = [inputs.assay, "check", f"--format={inputs.format}", f"--category={inputs.category}"]
    command += ["-o", f"json={files.json}", "-o", f"markdown={files.markdown}"]
    if inputs.sarif:
        command += ["-o", f"sarif={files.sarif}"]
    if inputs.annotations:
        command += ["-o", f"github={files.github}"]
    usual = inputs.located("assay.yaml")
    policy = inputs.located(inputs.policy) or (usual if os.path.exists(usual) else "")
    command += _option("--policy", policy)
    command += _option("--source-root", inputs.located(inputs.source_root))
    command += _asking(inputs)
    command += inputs.undetermined
    command += [] if inputs.inline_exceptions else ["--no-inline"]
    return [*command, *inputs.args, "--", *plans, *code]


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value else []


def asks_aws(inputs: Inputs) -> bool:
    """Return whether AWS is asked, rather than a recording."""
    credentials = any(os.environ.get(name) for name in CREDENTIALS)
    return inputs.live == "required" or (inputs.live == "auto" and credentials)


def _asking(inputs: Inputs) -> list[str]:
    """Return the options that choose between AWS, the recording and neither."""
    if inputs.live == "required" and inputs.catalog:
        raise NoVerdictError("live is `required`, so catalog would never be used: set only one")
    if asks_aws(inputs):
        return []
    if inputs.catalog_missing:
        say("warning", f"the base branch has no {inputs.catalog}: images are not looked up")
        return ["--offline"]
    if inputs.live == "auto":
        instead = "looked up in the recorded catalogue" if inputs.catalog else "not looked up"
        say("notice", f"this job has no AWS credentials: images are {instead}")
    return _option("--catalog", inputs.located(inputs.catalog)) or ["--offline"]


def environment_of(inputs: Inputs, folder: str) -> dict[str, str]:
    """Return the job's variables without those that could change the verdict unnoticed."""
    dropped = (OWN, *FOREIGN_CODE, *RUNNER, *(() if inputs.custom_endpoints else WHO_ANSWERS))
    environment = {k: text for k, text in os.environ.items() if not k.startswith(dropped)}
    own = sorted(name for name in os.environ if name.startswith(OWN))
    if own:
        say("notice", f"ignored here, use the inputs or args instead: {', '.join(own)}")
    if not inputs.custom_endpoints:  # also ignore those in AWS's configuration files
        environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    environment["ASSAY_CACHE_DIR"] = os.path.join(folder, "cache")
    return environment
