"""What the HTML pages have in common: templates that escape all they are given, and their policy."""

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from assay.model import times
from assay.report.formats.html_data import page_text

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(folder: Path) -> "Environment":
    """Reads the templates of a folder."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(page_text=page_text, iso=times.iso, readable=times.readable)
    return found


def content_policy(style: str, *scripts: str) -> str:
    """What a page may do: exactly these, by their hashes (CSP Level 3, section 2.3.1), and nothing from
    anywhere else; `require-trusted-types-for` forbids to make HTML of strings.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {' '.join(map(_hash, scripts))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
