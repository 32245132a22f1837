"""What a person meets who starts the program wrongly: sentences and exit codes, in a real child."""

import base64
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.lock import hold_lock, lock_file
from storage.sealing import new_key
from tests.integration.bot.command_line import NOBODY, ROOT, TOKEN, bot, right_settings


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_key_prints_a_key_and_nothing_else(tmp_path: Path) -> None:
    ended = bot("key", folder=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("\n")
    assert len(base64.urlsafe_b64decode(ended.out.strip())) == 32
    assert bot("key", folder=tmp_path).out != ended.out
    assert _files(tmp_path) == []


@pytest.mark.parametrize("module", ["bot.key", "bot.check", "bot.settings"])
def test_the_quick_commands_do_not_import_aiogram(module: str) -> None:
    program = f"import bot.__main__, {module}, sys; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("arguments", [["sing"], ["key", "now"], ["--loud"]])
def test_a_wrong_command_line_exits_2(arguments: list[str], tmp_path: Path) -> None:
    ended = bot(*arguments, folder=tmp_path)
    assert ended.code == 2
    assert ended.said[0].startswith("usage: python -m bot")


@pytest.mark.parametrize("command", [[], ["run"]])
def test_a_run_without_settings_names_each_that_is_missing(
    command: list[str], tmp_path: Path
) -> None:
    ended = bot(*command, folder=tmp_path)
    assert ended.code == 78
    assert [sentence.split(" is missing")[0] for sentence in ended.said] == [
        "BOT_TOKEN",
        "SECRET_KEY",
    ]
    assert ended.out == ""
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BOT_TOKEN", "canary"),
        ("SECRET_KEY", "canary"),
        ("SECRET_KEY_FILE", "canary"),
        ("DATABASE_URL", "sqlite:///canary/bot.db"),
        ("TELEGRAM_API_URL", "http://canary.example"),
        ("ADMINS", "canary"),
        ("ACCESS", "canary"),
        ("TRUSTED_PORTALS", "https://portal.example/rest/1/canary/"),
        ("PORTAL_RATES", "canary"),
        ("PORTAL_CA_FILE", "canary"),
        ("UNDO_SECONDS", "canary"),
        ("DEFAULT_LANGUAGE", "canary"),
        ("LOG_LEVEL", "canary"),
        ("LOG_FORMAT", "canary"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_exit_78(name: str, text: str, tmp_path: Path) -> None:
    settings = right_settings()
    if name == "SECRET_KEY_FILE":
        del settings["SECRET_KEY"]
    ended = bot(folder=tmp_path, settings=settings | {name: text})
    assert ended.code == 78
    (sentence,) = ended.said
    assert sentence.startswith(f"{name} is wrong: ")
    assert "canary" not in sentence
    assert _files(tmp_path) == []


def test_settings_are_read_from_the_env_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BOT_TOKEN={TOKEN}\n")
    ended = bot(folder=tmp_path, settings={"SECRET_KEY": "canary"})
    (sentence,) = ended.said
    assert sentence.startswith("SECRET_KEY is wrong")


def test_an_env_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"BOT_TOKEN=\xff\xfe")
    ended = bot(folder=tmp_path, settings=right_settings())
    assert ended.code == 78
    assert ended.said == ["The file .env cannot be read as UTF-8 text."]


def _key_file(folder: Path, text: str, mode: int) -> dict[str, str]:
    file = folder / "secret-key"
    file.write_text(text)
    file.chmod(mode)
    settings = right_settings(SECRET_KEY_FILE=str(file))
    del settings["SECRET_KEY"]
    return settings


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o610])
def test_row_83_a_key_file_that_others_may_open_is_refused(mode: int, tmp_path: Path) -> None:
    ended = bot(folder=tmp_path, settings=_key_file(tmp_path, new_key(), mode))
    assert ended.code == 78
    assert ended.said == [
        "SECRET_KEY_FILE is wrong: other users may read the file; run `chmod 600` on it."
    ]
    assert _files(tmp_path) == ["secret-key"]


def test_row_83_a_key_file_and_a_key_are_too_much(tmp_path: Path) -> None:
    settings = _key_file(tmp_path, new_key(), 0o600) | {"SECRET_KEY": new_key()}
    ended = bot(folder=tmp_path, settings=settings)
    assert ended.code == 78
    assert ended.said == ["SECRET_KEY and SECRET_KEY_FILE are both set: remove one of them."]


def test_row_83_a_key_file_without_a_key_is_refused(tmp_path: Path) -> None:
    ended = bot(folder=tmp_path, settings=_key_file(tmp_path, "canary", 0o600))
    assert ended.code == 78
    assert ended.said[0].startswith("SECRET_KEY_FILE is wrong: ")
    assert "canary" not in ended.err


def test_a_named_pipe_as_key_file_does_not_hang(tmp_path: Path) -> None:
    settings = _key_file(tmp_path, "", 0o600)
    (tmp_path / "secret-key").unlink()
    os.mkfifo(tmp_path / "secret-key", 0o600)
    ended = bot(folder=tmp_path, settings=settings)
    assert ended.said == ["SECRET_KEY_FILE is wrong: it does not name a file."]


def test_a_key_file_that_only_its_owner_may_read_is_taken(tmp_path: Path) -> None:
    ended = bot("check", folder=tmp_path, settings=_key_file(tmp_path, new_key() + "\n", 0o400))
    assert ended.out.startswith("ok  Settings")


def test_a_second_run_says_so_and_exits_75(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    settings = right_settings(DATABASE_URL=f"sqlite:///{database}")
    with hold_lock(database):
        ended = bot(folder=tmp_path, settings=settings)
    assert ended.code == 75
    assert ended.said == [
        f"Another process already runs the bot on the database {database}; stop it first."
    ]
    assert _files(tmp_path) == ["bot.db.lock"]
    assert lock_file(database).stat().st_mode & 0o777 == 0o600


def test_row_56_a_folder_that_cannot_be_written_is_said_and_left_empty(open_folder: Path) -> None:
    folder = open_folder / "closed"
    folder.mkdir(mode=0o555)
    settings = right_settings(DATABASE_URL=f"sqlite:///{folder}/bot.db")
    ended = bot(folder=folder, as_nobody=True, settings=settings)
    assert ended.code == 78
    (sentence,) = ended.said
    assert "DATABASE_URL" in sentence
    assert _files(folder) == []


def test_row_56_a_default_folder_that_cannot_be_made_is_said(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    ended = bot(folder=open_folder, as_nobody=True, settings=right_settings())
    open_folder.chmod(0o755)
    assert ended.code == 78
    (sentence,) = ended.said
    assert sentence.startswith("The folder data for the database cannot be made")
    assert "DATABASE_URL" in sentence


def test_row_56_a_folder_that_may_not_be_entered_is_said(open_folder: Path) -> None:
    folder = open_folder / "closed"
    folder.mkdir(mode=0o000)
    settings = right_settings(DATABASE_URL=f"sqlite:///{folder}/bot.db")
    ended = bot(folder=open_folder, as_nobody=True, settings=settings)
    folder.chmod(0o700)
    assert ended.code == 78
    (sentence,) = ended.said
    assert sentence.startswith(("DATABASE_URL is wrong", "The lock file"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_row_83_a_key_file_of_somebody_else_is_said(open_folder: Path) -> None:
    settings = _key_file(open_folder, new_key(), 0o600)
    ended = bot(folder=open_folder, as_nobody=True, settings=settings)
    assert ended.code == 78
    assert ended.said == ["SECRET_KEY_FILE is wrong: the file cannot be read (Permission denied)."]
    os.chown(open_folder / "secret-key", NOBODY, NOBODY)
    ended = bot("check", folder=open_folder, as_nobody=True, settings=settings)
    assert ended.out.startswith("ok  Settings")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("module", ["argparse", "pydantic", "cryptography"])
def test_a_stop_in_the_middle_of_an_import_ended_with_143(
    tmp_path: Path, module: str, number: signal.Signals
) -> None:
    (tmp_path / f"{module}.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(60)")
    settings = right_settings() | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.send_signal(number)
        _out, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, b"")
