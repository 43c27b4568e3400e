"""The settings file: every mistake is told with its place, and the shipped one is the defaults."""

import pytest

from experiments.data_files import ConfigError
from experiments.mrv.settings import DEFAULT_MRV, MrvSettings, load_settings, stated_keys


def problems(tmp_path, text: str) -> list[str]:
    file = tmp_path / "mrv.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    return [line.replace(f"{file}:", "") for line in caught.value.problems]


def test_the_commented_file_holds_the_defaults():
    assert load_settings(DEFAULT_MRV) == load_settings(None) == MrvSettings()


def test_a_typo_is_told_with_its_place_and_what_was_meant(tmp_path):
    (told,) = problems(tmp_path, "operation:\n  day_per_year: 200\n")
    assert told.startswith("2:3: operation.day_per_year: unknown key")
    assert "days_per_year" in told


def test_all_mistakes_are_told_at_once(tmp_path):
    told = problems(tmp_path, "n_draws: 5\nplatform:\n  mec_count: -1\n  rsu_power_w: fast\n")
    assert [line.split(": ")[0] for line in told] == ["1:10", "3:14", "4:16"]


def test_a_device_that_draws_nothing_is_refused(tmp_path):
    told = problems(tmp_path, "platform:\n  rsu_power_w: 0\n  mec_power_w: 0\n")
    assert [line.split(": ")[0] for line in told] == ["2:16", "3:16"]


def test_a_day_has_24_hours(tmp_path):
    text = "operation:\n  profile:\n    - {hours: 20}\n    - {hours: 5, flow: 0.5}\n"
    (told,) = problems(tmp_path, text)
    assert "a day has 24 hours, got 25" in told


def test_making_the_devices_needs_their_life(tmp_path):
    (told,) = problems(tmp_path, "platform:\n  embodied_kg_per_device: 100\n")
    assert "both or neither" in told


def test_the_command_line_goes_over_the_file(tmp_path):
    file = tmp_path / "mrv.yaml"
    file.write_text("grid: DE/2023\n")
    assert load_settings(file).grid == "DE/2023"
    assert load_settings(file, {"grid": "US/2022"}).grid == "US/2022"
    assert load_settings(file, {"grid": None}).grid == "DE/2023"


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "none.yaml")


def test_what_is_stated_is_known_by_its_key(tmp_path):
    file = tmp_path / "mrv.yaml"
    file.write_text("grid: DE/2023\noperation:\n  profile: [{hours: 2}]\nplatform:\n")
    assert stated_keys(file) == {"grid", "operation.profile"}
    assert stated_keys(None) == frozenset()


def test_a_wrong_key_without_a_value_is_told_too(tmp_path):
    (told,) = problems(tmp_path, "grids:\nplatform:\n")
    assert told.startswith("1:1: grids: unknown key")
