"""A large plan: the whole `assay check` process compared with Python merely loading the same file.

`python benchmarks/plan.py [RUNS]`. The plan has 5,000 changes (2,000 instances, 2,000 templates,
1,000 groups; about 17 MB, 1,000 distinct AMIs), then ten times as many to show how time grows. Runs
are interleaved; read the ratios, not the seconds.

`python benchmarks/plan.py growth [SHAPE...]`, which also runs at the end without arguments: every
way in which references lead to one another (`tests/inputs/growing.py`), 2,000 and 8,000 times.
Exits with 1 if four times the size takes more than five times the time.
"""

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

REGION, ACCOUNT, PIPELINE = "us-east-1", "222222222222", "111122223333"
AMIS, INSTANCES, TEMPLATES, GROUPS = 1000, 2000, 2000, 1000
GOLDEN = "ami-0000000000000000f"
POLICY = f'version: 1\ngolden:\n  watermarks:\n    - key: "{PIPELINE}:golden-*"\n'
BORN = "2026-10-01T00:00:00Z"

# The attributes that hashicorp/aws 5.100.0 puts into a change: mostly unset, unknown or empty.
_UNSET = """context default_instance_warmup description ebs_optimized get_password_data hibernation
kernel_id key_name ram_disk_id source_dest_check timeouts user_data volume_tags""".split()
_EMPTY = """capacity_reservation_specification cpu_options credit_specification enclave_options
instance_market_options maintenance_options network_interfaces""".split()
_UNKNOWN = """arn associate_public_ip_address availability_zone cpu_core_count cpu_threads_per_core
disable_api_stop disable_api_termination ebs_block_device enable_primary_ipv6 host_id id
host_resource_group_arn instance_lifecycle instance_state ipv6_address_count ipv6_addresses
outpost_arn password_data placement_partition_number primary_network_interface_id private_dns
private_ip public_dns public_ip root_block_device secondary_private_ips security_groups
spot_instance_request_id subnet_id tenancy user_data_base64 vpc_security_group_ids""".split()
_TAGS = {f"cost-centre-{number}": f"value of tag {number}" for number in range(4)}
_AFTER = {
    **dict.fromkeys(_UNSET),
    **{name: [] for name in _EMPTY},
    "instance_type": "m7i.large",
    "tags": _TAGS,
    "tags_all": _TAGS,
}
_AFTER_UNKNOWN = {**dict.fromkeys(_UNKNOWN, True), **{name: [] for name in _EMPTY}, "tags": {}}
_AFTER_SENSITIVE = {**{name: [] for name in _EMPTY}, "tags": {}, "tags_all": {}}


def ami(number: int) -> str:
    return f"ami-0{number % AMIS:016x}"


def change(address: str, after: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    resource_type, _, rest = address.partition(".")
    name, _, index = rest.partition("[")
    return {
        "address": address,
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "index": int(index.rstrip("]")),
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": {**_AFTER, **after},
            "after_unknown": {**_AFTER_UNKNOWN, **unknown},
            "before_sensitive": False,
            "after_sensitive": _AFTER_SENSITIVE,
        },
    }


def changes(scale: int) -> list[dict[str, Any]]:
    """The changes; each group launches from a template that the same plan creates."""
    found = [
        change(f"aws_instance.web[{n}]", {"ami": ami(n), "launch_template": []}, {})
        for n in range(INSTANCES * scale)
    ]
    found += [
        change(f"aws_launch_template.web[{n}]", {"image_id": ami(n), "name": f"web-{n}"}, {})
        for n in range(TEMPLATES * scale)
    ]
    found += [
        change(
            f"aws_autoscaling_group.web[{n}]",
            {
                "launch_template": [{"name": f"web-{n}", "version": "$Latest"}],
                "launch_configuration": None,
            },
            {"mixed_instances_policy": True, "launch_template": [{"id": True}]},
        )
        for n in range(GROUPS * scale)
    ]
    return found


def planned_values(found: list[dict[str, Any]]) -> dict[str, Any]:
    """A plan contains its values a second time, without actions and unknowns."""
    names = ("address", "mode", "type", "name", "index", "provider_name")
    resources = [
        {
            **{name: each[name] for name in names},
            "schema_version": 1,
            "values": each["change"]["after"],
            "sensitive_values": each["change"]["after_sensitive"],
        }
        for each in found
    ]
    return {"root_module": {"resources": resources}}


def configuration(scale: int) -> dict[str, Any]:
    name = {"references": ["aws_launch_template.web", "count.index"]}
    block = [{"name": name, "version": {"constant_value": "$Latest"}}]
    image = {"references": ["local.amis", "count.index"]}
    expressions = {
        "aws_autoscaling_group": {"launch_template": block},
        "aws_instance": {"ami": image},
        "aws_launch_template": {"image_id": image, "name": {"references": ["count.index"]}},
    }
    blocks = {
        "aws_instance": INSTANCES,
        "aws_launch_template": TEMPLATES,
        "aws_autoscaling_group": GROUPS,
    }
    return {
        "provider_config": {
            "aws": {"name": "aws", "expressions": {"region": {"constant_value": REGION}}}
        },
        "root_module": {
            "resources": [
                {
                    "address": f"{kind}.web",
                    "mode": "managed",
                    "type": kind,
                    "name": "web",
                    "provider_config_key": "aws",
                    "expressions": expressions[kind],
                    "count_expression": {"constant_value": number * scale},
                }
                for kind, number in blocks.items()
            ]
        },
    }


def catalog() -> dict[str, Any]:
    mark = {
        "key": f"{PIPELINE}:golden-web",
        "source_image_id": GOLDEN,
        "source_image_region": REGION,
        "source_image_creation_time": BORN,
        "watermark_creation_time": BORN,
    }
    parent = {"source_image_id": GOLDEN, "source_image_region": REGION}
    images = {
        ami(n): {
            "id": ami(n),
            "name": f"web {n}",
            "owner_id": ACCOUNT,
            "state": "available",
            "public": False,
            "creation_date": BORN,
            "watermarks": [mark],
            **parent,
        }
        for n in range(AMIS)
    }
    root = {"image_id": GOLDEN, "region": REGION, "creation_date": BORN}
    ancestry = {
        id: {
            "entries": [{"image_id": id, "region": REGION, **parent}, root],
            "end": "no recorded source",
        }
        for id in images
    }
    place = {
        "region": REGION,
        "account": ACCOUNT,
        "identity": {"account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"},
        "images": {"found": images},
        "ancestry": {"found": ancestry},
    }
    return {"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [place]}


def write(folder: Path, scale: int) -> Path:
    """Write the plan, its catalogue and its policy, and return the plan's path."""
    folder.mkdir()
    found = changes(scale)
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": planned_values(found),
        "resource_changes": found,
        "configuration": configuration(scale),
    }
    plan = folder / "plan.json"
    plan.write_text(json.dumps(document, separators=(",", ":")))
    (folder / "catalog.json").write_text(json.dumps(catalog()))
    (folder / "assay.yaml").write_text(POLICY)
    (folder / "code").mkdir()
    (folder / "code" / "main.tf").write_text(code(scale))
    return plan


def code(scale: int) -> str:
    """The code that such a plan is made from."""
    image = f"local.amis[count.index % {AMIS}]"
    return f"""
provider "aws" {{
  region = "{REGION}"
}}
locals {{
  amis = [for number in range({AMIS}) : format("ami-0%016x", number)]
}}
resource "aws_instance" "web" {{
  count = {INSTANCES * scale}
  ami   = {image}
}}
resource "aws_launch_template" "web" {{
  count    = {TEMPLATES * scale}
  name     = "web-${{count.index}}"
  image_id = {image}
}}
resource "aws_autoscaling_group" "web" {{
  count = {GROUPS * scale}
  launch_template {{
    name    = aws_launch_template.web[count.index].name
    version = "$Latest"
  }}
}}
"""


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds and peak MB of one process, which must exit with 0."""
    script = (
        "import resource, subprocess, sys;"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    code, cpu, peak = done.stdout.split()
    if code != "0":
        sys.exit(f"{command} exited with {code}: {done.stderr}")
    return float(cpu), float(peak)


def compare(folder: Path, runs: int) -> dict[str, tuple[float, float]]:
    check = ["-m", "assay", "check", "plan.json", "--catalog", "catalog.json"]
    commands = {
        "json.load": ["-c", "import json; json.load(open('plan.json'))"],
        "assay check": check,
        "assay check, json": [*check, "--format", "json"],
        "assay check with code": [*check, "--source-root", "code"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_ in range(runs + 1):
        for name, arguments in commands.items():
            figures = measure([sys.executable, *arguments], folder)
            if round_:
                taken[name].append(figures)
    return {
        name: (statistics.median(cpu for cpu, _ in found), max(peak for _, peak in found))
        for name, found in taken.items()
    }


SIZES, MOST = (500, 2000, 8000), 5.0
"""Sizes of the growing plans, and how many times longer the last may take than the one before."""


def grown(shape: str) -> list[float]:
    """CPU seconds to read, judge and report a plan of each size, in a separate process."""
    script = f"import benchmarks.plan; benchmarks.plan.told({shape!r}, {SIZES})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [float(each) for each in done.stdout.split()]


def told(shape: str, sizes: Iterable[int]) -> None:
    """Print the CPU seconds for each size."""
    from tests.inputs import growing

    gc.disable()  # as the command does
    for size in (1, *sizes):  # the first round does the imports
        check = growing.SHAPES[shape](size).check()
        start = time.process_time()
        check()
        if size > 1:
            print(time.process_time() - start)


def growth(shapes: Iterable[str]) -> bool:
    """Print how time grows with each shape, and return whether all stay within the limit."""
    print(f"{'CPU seconds':<32}{''.join(f'{size:>8}' for size in SIZES)}   the last step")
    worst = 0.0
    for shape in shapes:
        taken = grown(shape)
        ratio = taken[-1] / taken[-2]
        if ratio > MOST:  # a busy machine looks the same: take the shorter of two
            taken = [min(each) for each in zip(taken, grown(shape), strict=True)]
            ratio = taken[-1] / taken[-2]
        worst = max(worst, ratio)
        over = "" if ratio <= MOST else f"   more than {MOST:.1f}"
        print(f"  {shape:<30}{''.join(f'{each:>8.2f}' for each in taken)}{ratio:>9.1f}x{over}")
    return worst <= MOST


def main() -> None:
    from tests.inputs import growing

    if sys.argv[1:2] == ["growth"]:
        sys.exit(0 if growth(sys.argv[2:] or growing.SHAPES) else 1)
    large(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
    if not growth(growing.SHAPES):
        sys.exit("a plan that is four times as large takes more than five times as long")


def large(runs: int) -> None:
    """The plan of 5,000 changes, and of 50,000."""
    base: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for scale in (1, 10):
            plan = write(Path(temporary) / str(scale), scale)
            size = plan.stat().st_size / 1e6
            print(f"{5000 * scale} changes, {size:.1f} MB ({runs} runs)")
            figures = compare(plan.parent, runs if scale == 1 else max(2, runs // 3))
            for name, (cpu, peak) in figures.items():
                ratio = cpu / figures["json.load"][0]
                growth = f"{cpu / base[name]:>8.1f}x the smaller" if name in base else ""
                print(f"  {name:<22}{cpu:>7.2f} s CPU{ratio:>7.2f}x{peak:>7.0f} MB{growth}")
                base.setdefault(name, cpu)


if __name__ == "__main__":
    main()
