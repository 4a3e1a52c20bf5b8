import sqlite3
from pathlib import Path

import pytest

from tieout.config.snapshot import BackupBroken, check_database, copy_database


def _database(file: Path) -> None:
    made = sqlite3.connect(file)
    made.execute("PRAGMA journal_mode=WAL")
    for table in ("posting", "document", "django_migrations"):
        made.execute(f"CREATE TABLE {table} (content TEXT)")
        made.executemany(f"INSERT INTO {table} VALUES (?)", [("x" * 500,)] * 500)
    made.commit()
    made.close()


def test_a_copy_of_a_database_in_use_is_whole(tmp_path: Path) -> None:
    _database(tmp_path / "live")
    writer = sqlite3.connect(tmp_path / "live")
    writer.execute("INSERT INTO posting VALUES ('committed')")
    writer.commit()
    writer.execute("INSERT INTO posting VALUES ('not yet')")
    copy_database(tmp_path / "live", tmp_path / "copy")
    writer.rollback()
    writer.close()
    reader = sqlite3.connect(tmp_path / "copy")
    rows = reader.execute("SELECT content FROM posting WHERE length(content) < 20").fetchall()
    reader.close()
    assert rows == [("committed",)]
    assert not (tmp_path / "copy-wal").exists()


def test_a_damaged_copy_is_told(tmp_path: Path) -> None:
    _database(tmp_path / "live")
    copy_database(tmp_path / "live", tmp_path / "copy")
    content = bytearray((tmp_path / "copy").read_bytes())
    content[8192:40960] = b"\xff" * 32768
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(BackupBroken):
        check_database(tmp_path / "copy")


@pytest.mark.parametrize("content", [b"", b"this is no database at all, but long enough to be looked at" * 50])
def test_another_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupBroken):
        check_database(tmp_path / "file")
