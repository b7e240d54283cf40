"""What DuckDB cannot hold in memory is written to the system's own place for it, not to the caller's."""

from pathlib import Path

import pytest

from assay.fleet.database import connection


def test_nothing_is_spilled_where_the_command_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr("tempfile.tempdir", str(there))
    made = connection()
    made.execute("SET memory_limit = '64MB'; SET threads = 1")
    made.execute("CREATE TABLE much AS SELECT i, md5(i::VARCHAR) AS text FROM range(2000000) t(i)")
    assert list(here.iterdir()) == []
    assert len(list(there.iterdir())) == 1
    made.close()
    assert list(there.iterdir()) == []
