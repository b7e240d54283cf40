"""Calls of modules beside what a manifest says of them: what Terraform plans with, and what not.

`tests/terraform/test_manifest_oracle.py` asks the real one.
"""

GIT = "git::https://example.com/net/web.git"
HUB = "git::https://github.com/a/b.git"
REGISTRY = "registry.terraform.io/a/b/aws"

SAME: list[tuple[str, str]] = [
    (f"{GIT}?ref=v1", f"{GIT}?ref=v1"),
    ("github.com/a/b", HUB),
    ("github.com/a/b?ref=v1", f"{HUB}?ref=v1"),
    ("github.com/a/b.git?ref=v1", f"{HUB}?ref=v1"),
    ("github.com/a/b//x/y?ref=v1", f"{HUB}//x/y?ref=v1"),
    ("github.com/a/b/x?ref=v1", f"{HUB}//x?ref=v1"),
    ("git@github.com:a/b.git", "git::ssh://git@github.com/a/b.git"),
    ("git@example.com:a/b.git?ref=v1", "git::ssh://git@example.com/a/b.git?ref=v1"),
    ("git::git@github.com:a/b.git//x?ref=v1", "git::ssh://git@github.com/a/b.git//x?ref=v1"),
    (f"{GIT}//x/../y?ref=v1", f"{GIT}//y?ref=v1"),
    ("https://example.com/web.zip", "https://example.com/web.zip"),
    ("s3::https://s3.amazonaws.com/b/web.zip", "s3::https://s3.amazonaws.com/b/web.zip"),
    ("a/b/aws", REGISTRY),
    ("a/b/aws//x", f"{REGISTRY}//x"),
    ("registry.terraform.io/a/b/aws", REGISTRY),
    ("app.example.com/a/b/aws", "app.example.com/a/b/aws"),
]
"""The source of a call, and what `terraform init` writes down for it."""

CHANGED: list[tuple[str, str]] = [
    (f"{GIT}?ref=v2", f"{GIT}?ref=v1"),
    (GIT, f"{GIT}?ref=v1"),
    (f"{GIT}?ref=v1", GIT),
    ("git::https://example.com/evil.git?ref=v1", f"{GIT}?ref=v1"),
    (f"{GIT}//x?ref=v1", f"{GIT}//y?ref=v1"),
    (f"{GIT}//x?ref=v1", f"{GIT}?ref=v1"),
    ("github.com/a/c", HUB),
    ("github.com/a/b?ref=v2", f"{HUB}?ref=v1"),
    ("git::https://github.com/a/b?ref=v1", f"{HUB}?ref=v1"),
    ("git@github.com:a/b.git", HUB),
    ("a/c/aws", REGISTRY),
    ("a/b/aws//x", REGISTRY),
    ("a/b/aws", f"{REGISTRY}//x"),
    ("app.example.com/a/b/aws", REGISTRY),
    ("a/b/aws", "app.example.com/a/b/aws"),
    ("https://example.com/other.zip", "https://example.com/web.zip"),
    (f"{GIT}?ref=v1", ""),
    ("a/b/aws", "./m"),
]

ADMITTED: list[tuple[str | None, str]] = [
    (None, "1.2.3"),
    ("1.2.3", "1.2.3"),
    ("= 1.2.3", "1.2.3"),
    ("1.2", "1.2.0"),
    (">= 1.0", "2.5.0"),
    ("~> 1.2", "1.9.0"),
    ("~> 1.2.3", "1.2.9"),
    ("~> 1", "2.0.0"),
    (">= 1.0, < 2.0", "1.9.9"),
    ("!= 1.0.0", "1.0.1"),
    (">1.0,<=1.5.0", "1.5.0"),
    ("1.0.0-beta1", "1.0.0-beta1"),
    (">= 1.0.0-beta1", "1.0.0-beta2"),
    (">= 1.0.0-beta.2", "1.0.0-beta.11"),
    ("1.2.3", "1.2.3+build"),
]
"""A constraint, and a version that it lets through."""

EXCLUDED: list[tuple[str, str]] = [
    ("1.2.4", "1.2.3"),
    ("~> 1.2", "2.0.0"),
    ("~> 1.2", "1.1.9"),
    ("~> 1.2.3", "1.3.0"),
    (">= 2.0", "1.9.9"),
    (">= 1.0, < 2.0", "2.0.0"),
    ("!= 1.0.0", "1.0.0"),
    ("< 1.0", "1.0.0"),
    ("> 1.0", "1.0.0"),
    (">= 1.0", "1.1.0-beta1"),
    ("~> 1.0", "1.1.0-beta1"),
    (">= 1.0.0-beta.11", "1.0.0-beta.2"),
    ("1.0", ""),
    ("latest", "1.0.0"),
    ("", "1.0.0"),
    ("1.0 - 2.0", "1.5.0"),
]


def manifest(source: str, version: str = "", directory: str = ".terraform/modules/m") -> str:
    """What stands in modules.json for one module `m`."""
    import json

    entry = {"Key": "m", "Source": source, "Dir": directory}
    if version:
        entry["Version"] = version
    return json.dumps({"Modules": [{"Key": "", "Source": "", "Dir": "."}, entry]})


def call(source: str, version: str | None = None) -> str:
    """A call of the module `m`."""
    wanted = f'  version = "{version}"\n' if version is not None else ""
    return f'module "m" {{\n  source = "{source}"\n{wanted}}}\n'
