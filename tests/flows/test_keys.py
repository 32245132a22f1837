"""A secret key that is not the right one: the program ends with a sentence and touches nothing."""

from pathlib import Path

from sandbox.telegram.people import Person
from storage.sealing import new_key
from tests.support.bot_process import BotProcess

DOES_NOT_FIT = 78


def in_file(folder: Path, key: str, mode: int) -> dict[str, str]:
    """The settings that name a file with this key."""
    file = folder / "secret-key"
    file.write_text(key)
    file.chmod(mode)
    return {"SECRET_KEY": "", "SECRET_KEY_FILE": str(file)}


def wrong(bot: BotProcess) -> dict[str, str]:
    return {"SECRET_KEY": new_key()}


def one_letter_off(bot: BotProcess) -> dict[str, str]:
    key = bot.settings["SECRET_KEY"]
    return {"SECRET_KEY": ("B" if key[0] == "A" else "A") + key[1:]}


def cut_short(bot: BotProcess) -> dict[str, str]:
    return {"SECRET_KEY": bot.settings["SECRET_KEY"][:20]}


def missing(bot: BotProcess) -> dict[str, str]:
    return {"SECRET_KEY": ""}


def wrong_in_file(bot: BotProcess) -> dict[str, str]:
    return in_file(bot.folder, new_key(), 0o600)


def open_to_all(bot: BotProcess) -> dict[str, str]:
    return in_file(bot.folder, bot.settings["SECRET_KEY"], 0o644)


def no_file(bot: BotProcess) -> dict[str, str]:
    return {"SECRET_KEY": "", "SECRET_KEY_FILE": str(bot.folder / "no-such-file")}


CASES = (wrong, one_letter_off, cut_short, missing, wrong_in_file, open_to_all, no_file)


async def test_row_83_a_key_that_does_not_fit_is_78_and_the_database_is_not_touched(
    bot: BotProcess, connected: Person
) -> None:
    await bot.stop()
    right = dict(bot.settings)
    before = files(bot.folder)
    for case in CASES:
        bot.settings = right | case(bot)
        logged = len(bot.log)
        await bot.start()
        assert await bot.ended(within=10) == DOES_NOT_FIT, case.__name__
        said = bot.log[logged:]
        assert "SECRET_KEY" in said.splitlines()[-1], case.__name__
        assert right["SECRET_KEY"] not in said
        assert files(bot.folder) == before, case.__name__
        bot.settings = right
    await bot.start()
    said_now = connected.say("/accounts")
    await connected.chat.wait_for("Your portals", after=said_now.id)


def files(folder: Path) -> dict[str, bytes]:
    """The database and all that SQLite keeps beside it."""
    return {path.name: path.read_bytes() for path in (folder / "data").glob("*.db*")}
