"""Addresses that Telegram would make commands of."""

from aiogram.utils.formatting import Text

from handlers.address_text import address_text, addresses_text, filled


def test_an_address_that_begins_like_a_command_could_be_tapped() -> None:
    text, entities = address_text("/start@x.example").render()
    assert text == "/start@x.example", "addresses are shown unaltered"
    assert [(one.type, one.offset, one.length) for one in entities] == [("code", 0, len(text))]


def test_other_addresses_stay_what_a_mail_program_opens() -> None:
    assert address_text("jane@client.example").render()[1] == []


def test_the_format_stands_where_the_address_does() -> None:
    said = filled("Sent to {to}.", "to", addresses_text(("jane@x.example", "/help@x.example")))
    text, entities = Text("✅ ", said).render()
    assert text == "✅ Sent to jane@x.example, /help@x.example."
    (code,) = entities
    assert text[code.offset : code.offset + code.length] == "/help@x.example"
