"""How fast is source mode? One changed file, as in the pre-commit hook, and a whole repository.

    python benchmarks/code.py [runs]

Makes a repository of 115 files and 23,000 lines, and prints CPU seconds of whole processes: minimum
and median of several runs, with an empty cache (cold) and with the cache of an earlier run (warm).
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

MODULES, ROOTS = 15, 10
POLICY = 'version: 1\ngolden:\n  watermarks:\n    - key: "111122223333:golden-*"\n'

INSTANCE = """
resource "aws_instance" "app_{n}" {{
  for_each      = toset(var.names)
  ami           = lookup(local.amis, var.region, null) # by Region
  instance_type = var.environment == "prod" ? "m5.large" : "t3.micro"
  tags = merge(local.tags, {{
    Name = format("%s-app-{n}-%s", var.environment, each.key)
    Team = "team-{n}"
  }})
  root_block_device {{
    volume_size = 20 + {n}
    encrypted   = true
  }}
}}
"""
OTHER = """
resource "aws_iam_role" "role_{n}" {{
  name = "${{var.environment}}-role-{n}"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = {{ Service = "ec2.amazonaws.com" }}
    }}]
  }})
  tags = merge(local.tags, {{ Name = "role-{n}" }})
}}
"""
HEAD = """
variable "region" {
  type    = string
  default = "us-east-1"
}
variable "environment" {
  default = "prod"
}
variable "names" {
  type    = list(string)
  default = ["blue", "green"]
}
locals {
  amis = {
    us-east-1 = "ami-0abcdef1234567890"
    eu-west-1 = "ami-0abcdef1234567891"
  }
  tags = merge({ Environment = var.environment }, { Managed = "terraform" })
}
data "aws_ami" "base" {
  most_recent = true
  owners      = ["self"]
  filter {
    name   = "name"
    values = ["golden-${var.environment}-*"]
  }
}
"""


def repository(root: Path) -> tuple[int, int]:
    """Write the repository, and return its numbers of files and lines."""
    written: list[Path] = []

    def write(path: str, text: str) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        written.append(file)

    for module in range(MODULES):
        write(f"modules/m{module}/variables.tf", HEAD)
        write(f"modules/m{module}/main.tf", "".join(INSTANCE.format(n=n) for n in range(6)))
        write(f"modules/m{module}/iam.tf", "".join(OTHER.format(n=n) for n in range(22)))
    for number in range(ROOTS):
        calls = "".join(
            f'module "m{m}" {{\n  source = "../../modules/m{m}"\n  names  = ["a{m}"]\n}}\n'
            for m in range(number, MODULES, 3)
        )
        write(f"live/r{number}/variables.tf", HEAD)
        write(f"live/r{number}/main.tf", 'provider "aws" {\n  region = var.region\n}\n' + calls)
        write(f"live/r{number}/app.tf", "".join(INSTANCE.format(n=n) for n in range(12)))
        for part in range(4):
            write(
                f"live/r{number}/iam{part}.tf",
                "".join(OTHER.format(n=29 * part + n) for n in range(29)),
            )
    (root / "assay.yaml").write_text(POLICY)
    return len(written), sum(len(file.read_text().splitlines()) for file in written)


def cpu(arguments: Sequence[str], root: Path, cache: Path) -> float:
    """CPU seconds of one run, including children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-Im", "assay", "check", "--offline", *arguments],
        cwd=root,
        env={**os.environ, "ASSAY_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "AMI references" in done.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root, cache = Path(scratch, "repository"), Path(scratch, "cache")
        files, lines = repository(root)
        print(f"{files} files, {lines} lines; CPU seconds, minimum and median of {runs}")
        cold = []
        for _ in range(runs):
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(cpu(["."], root, cache))
        warm = [cpu(["."], root, cache) for _ in range(runs)]
        hook = [cpu(["live/r3/app.tf"], root, cache) for _ in range(runs)]
        first = []
        for _ in range(runs):
            shutil.rmtree(cache, ignore_errors=True)
            first.append(cpu(["live/r3/app.tf"], root, cache))
        for name, times in (
            ("whole repository, cold", cold),
            ("whole repository, warm", warm),
            ("one file, warm", hook),
            ("one file, cold", first),
        ):
            print(f"{name:34} {min(times):.2f}  {statistics.median(times):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
