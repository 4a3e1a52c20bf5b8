from pathlib import Path

import pytest

from tieout.config import environment
from tieout.errors import ConfigurationWrong


def test_a_missing_setting_names_itself_and_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEOUT_THING", raising=False)
    with pytest.raises(ConfigurationWrong, match=r"TIEOUT_THING is not set\. Example: TIEOUT_THING=blue"):
        environment.text("TIEOUT_THING", example="blue")


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("TIEOUT_THING_FILE", str(tmp_path / "secret"))
    assert environment.text("TIEOUT_THING", example="blue") == "s3cret"


def test_a_setting_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_THING", "a")
    monkeypatch.setenv("TIEOUT_THING_FILE", str(tmp_path / "secret"))
    with pytest.raises(ConfigurationWrong, match="both set"):
        environment.text("TIEOUT_THING", example="blue")


def test_an_unreadable_secret_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIEOUT_THING_FILE", str(tmp_path / "absent"))
    with pytest.raises(ConfigurationWrong, match="cannot be read"):
        environment.text("TIEOUT_THING", "default", example="blue")


@pytest.mark.parametrize(("given", "wanted"), [("on", True), ("No", False), ("1", True), ("", True)])
def test_a_switch_reads_the_usual_words(monkeypatch: pytest.MonkeyPatch, given: str, wanted: bool) -> None:
    monkeypatch.setenv("TIEOUT_THING", given)
    assert environment.switch("TIEOUT_THING", True) is wanted


def test_a_switch_refuses_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_THING", "maybe")
    with pytest.raises(ConfigurationWrong, match="'maybe', which is not on or off"):
        environment.switch("TIEOUT_THING", True)


@pytest.mark.parametrize("given", ["seven", "0", "65536"])
def test_a_number_outside_its_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TIEOUT_THING", given)
    with pytest.raises(ConfigurationWrong, match="whole number from 1 to 65535"):
        environment.whole_number("TIEOUT_THING", 5, at_least=1, at_most=65535, example="5")


@pytest.mark.parametrize("given", ["tieout.example", "ftp://tieout.example", "https://"])
def test_an_address_without_a_web_scheme_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TIEOUT_THING", given)
    with pytest.raises(ConfigurationWrong, match="http or https address"):
        environment.address("TIEOUT_THING", "", example="https://tieout.example")


def test_a_listening_place_has_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_THING", "[::1]:8000")
    assert environment.host_and_port("TIEOUT_THING", "127.0.0.1:1", example="127.0.0.1:8000") == ("[::1]", 8000)
    monkeypatch.setenv("TIEOUT_THING", "8000")
    with pytest.raises(ConfigurationWrong, match="a host and a port"):
        environment.host_and_port("TIEOUT_THING", "127.0.0.1:1", example="127.0.0.1:8000")
