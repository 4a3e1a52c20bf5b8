from pathlib import Path

import pytest

from tieout.config.database import database
from tieout.errors import ConfigurationWrong


def test_without_an_address_the_database_is_a_file_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEOUT_DATABASE_URL", raising=False)
    made = database(Path("/data"))
    assert made["NAME"] == "/data/tieout.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgresql_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_DATABASE_URL", "postgresql://tie%40out:p%2Fw@db.example:5433/books?sslmode=require")
    made = database(Path("/data"))
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "tie@out",
        "p/w",
        "db.example",
        "5433",
        "books",
    )
    assert made["OPTIONS"] == {"sslmode": "require"}


def test_a_postgresql_socket_folder_is_given_as_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_DATABASE_URL", "postgresql:///books?host=/run/postgresql")
    assert database(Path("/data"))["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    "address",
    [
        "mysql://root@localhost/tieout",
        "tieout.sqlite3",
        "sqlite://tieout.sqlite3",
        "postgresql://localhost",
        "postgresql://localhost:port/tieout",
        "postgresql://localhost/tieout?colour=blue",
    ],
)
def test_other_addresses_stop_the_start_with_an_example(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TIEOUT_DATABASE_URL", address)
    with pytest.raises(ConfigurationWrong, match="Example: TIEOUT_DATABASE_URL="):
        database(Path("/data"))
