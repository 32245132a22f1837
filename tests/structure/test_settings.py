"""`.env.example` shows every setting, nothing else, and the defaults that really hold."""

import re
from pathlib import Path

import pytest

from bot.settings import Settings, read_settings
from storage.sealing import new_key

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SETTING = re.compile(r"#?([A-Z_]+)=(.*)")
REQUIRED = {
    "BOT_TOKEN": "123456:ABCdefABCdefABCdefABCdefABCdefABCdef",
    "SECRET_KEY": new_key(),
}


def _example() -> dict[str, str]:
    found = [SETTING.fullmatch(line) for line in EXAMPLE.read_text().splitlines()]
    return {match[1]: match[2] for match in found if match}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)


def test_the_example_and_the_settings_name_the_same() -> None:
    assert set(_example()) == {field.upper() for field in Settings.model_fields}


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if SETTING.fullmatch(line):
            assert re.match(r"# \S", lines[number - 1]), line


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in REQUIRED.items():
        monkeypatch.setenv(name, text)
    shown = tmp_path / ".env"
    shown.write_text("\n".join(f"{name}={text}" for name, text in _example().items()))
    assert read_settings(shown) == read_settings(env_file=None)


def test_a_copy_of_the_example_with_the_required_filled_in_is_enough(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    for name, value in REQUIRED.items():
        text = text.replace(f"\n{name}=\n", f"\n{name}={value}\n")
    copy = tmp_path / ".env"
    copy.write_text(text)
    assert read_settings(copy).bot_token.get_secret_value() == REQUIRED["BOT_TOKEN"]


def test_the_environment_wins_over_the_file_and_an_empty_variable_means_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("UNDO_SECONDS=3\nADMINS=7\nLOG_LEVEL=ERROR\n", encoding="utf-8-sig")
    for name, text in {**REQUIRED, "UNDO_SECONDS": "5", "ADMINS": ""}.items():
        monkeypatch.setenv(name, text)
    settings = read_settings(file)
    assert settings.undo_seconds == 5
    assert settings.admins == frozenset()
    assert settings.log_level == "ERROR"
