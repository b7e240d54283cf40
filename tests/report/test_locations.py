"""Paths as formats want them that know files of a repository."""

import pytest

from assay.report.locations import repository_path, uri


@pytest.mark.parametrize(
    ("path", "shown", "encoded"),
    [
        ("main.tf", "main.tf", "main.tf"),
        ("./modules/web/main.tf", "modules/web/main.tf", "modules/web/main.tf"),
        ("../other/main.tf", "../other/main.tf", "../other/main.tf"),
        ("-", "-", "-"),
        ("a b/ä#?.tf", "a b/ä#?.tf", "a%20b/%C3%A4%23%3F.tf"),
        ("c:d/e%20.tf", "c:d/e%20.tf", "c%3Ad/e%2520.tf"),
        ("/code/x y/main.tf", "/code/x y/main.tf", "file:///code/x%20y/main.tf"),
        ("a\udc80.tf", "a\udc80.tf", "a%5Cudc80.tf"),
    ],
)
def test_paths(path: str, shown: str, encoded: str) -> None:
    assert (repository_path(path), uri(path)) == (shown, encoded)
