"""The one `assay check` that the action runs, and what it runs in."""

import os

from inputs import Files, Inputs, NoVerdictError, expand
from runner import say

CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
OWN = "ASSAY_"
"""assay's own variables are dropped: any could change the verdict, and an earlier step of the job,
such as a plan of what a pull request wrote, can set them for this one."""
FOREIGN_CODE = ("PYTHON",)
"""Would let files of the checkout run in place of assay's own."""
WHO_ANSWERS = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_")
"""Would let somebody else answer in AWS's place."""
RUNNER = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
"""Would let whatever renders a plan, Terraform and its providers, speak to the runner in our name."""


def command_of(inputs: Inputs, files: Files) -> list[str]:
    """`assay check …`. Raises `NoVerdictError` for inputs that contradict each other or name nothing."""
    plans, code = expand(inputs, "plan", inputs.plan), expand(inputs, "paths", inputs.paths)
    for plan in plans:
        if os.path.isdir(plan):
            raise NoVerdictError(f"plan: {plan} is a directory; directories of code go to paths")
    if not plans and not code:
        raise NoVerdictError("give plan, paths or both: nothing was named that could be checked")
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
    """Whether AWS is asked, and no recording."""
    credentials = any(os.environ.get(name) for name in CREDENTIALS)
    return inputs.live == "required" or (inputs.live == "auto" and credentials)


def _asking(inputs: Inputs) -> list[str]:
    """Whom to ask."""
    if inputs.live == "required" and inputs.catalog:
        raise NoVerdictError("live is `required`, so the catalog would never be asked: choose one")
    if asks_aws(inputs):
        return []
    if inputs.catalog_missing:
        say("warning", f"the base branch has no {inputs.catalog}: nobody is asked about images")
        return ["--offline"]
    if inputs.live == "auto":
        instead = "the recorded catalogue is asked" if inputs.catalog else "nobody is asked"
        say("notice", f"this job has no AWS credentials: {instead} instead of AWS")
    return _option("--catalog", inputs.located(inputs.catalog)) or ["--offline"]


def environment_of(inputs: Inputs, folder: str) -> dict[str, str]:
    """The job's variables without those that could change the verdict unseen."""
    dropped = (OWN, *FOREIGN_CODE, *RUNNER, *(() if inputs.custom_endpoints else WHO_ANSWERS))
    environment = {k: text for k, text in os.environ.items() if not k.startswith(dropped)}
    own = sorted(name for name in os.environ if name.startswith(OWN))
    if own:
        say("notice", f"not honoured here, use the inputs or args: {', '.join(own)}")
    if not inputs.custom_endpoints:  # in AWS's own configuration files, too
        environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    environment["ASSAY_CACHE_DIR"] = os.path.join(folder, "cache")
    return environment
