"""What the HTML pages share: templates that escape everything, and a Content-Security-Policy."""

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from assay.model import times
from assay.report.formats.html_data import page_text

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(folder: Path) -> "Environment":
    """A Jinja environment for the templates in a folder."""
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
    """The Content-Security-Policy of a page: it allows exactly this style and these scripts, by hash
    (CSP Level 3, section 2.3.1), and nothing from elsewhere. `require-trusted-types-for` forbids making
    HTML from strings.
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
