"""What /help says, privately and in a group."""

from handlers.basics import group_help_text, help_text
from handlers.menu import COMMANDS
from tests.unit.handlers.english import EN


def test_a_group_was_told_commands_that_work_privately_alone() -> None:
    said = group_help_text("https://t.me/post_bot", EN)
    assert [name for name in COMMANDS if f"/{name}" in said] == []
    assert said.endswith("my commands work in our private chat: https://t.me/post_bot")


def test_privately_each_command_is_told() -> None:
    said = help_text(EN, admin=True)
    assert [name for name in COMMANDS if f"/{name} — " not in said] == []
