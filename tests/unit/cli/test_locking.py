from pathlib import Path

import pytest

from tieout.cli import locking
from tieout.cli.locking import ServeLock, refuse_network_folder
from tieout.errors import ConfigurationWrong


def test_one_holder_at_a_time_and_the_next_after_it(tmp_path: Path) -> None:
    with ServeLock(tmp_path), pytest.raises(ConfigurationWrong, match="already serves"), ServeLock(tmp_path):
        pass
    with ServeLock(tmp_path):
        pass


def test_a_network_file_system_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(locking, "_mounts", lambda: [(Path("/"), "ext4"), (tmp_path, "nfs4")])
    with pytest.raises(ConfigurationWrong, match=r"nfs4.*TIEOUT_DATABASE_URL=postgresql"):
        refuse_network_folder(tmp_path / "deep" / "down")


def test_a_local_folder_below_a_network_one_is_fine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(locking, "_mounts", lambda: [(Path("/"), "nfs"), (tmp_path, "ext4")])
    refuse_network_folder(tmp_path)
