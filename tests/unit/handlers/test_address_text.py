"""Addresses that Telegram would make commands of."""

from aiogram.utils.formatting import Text

from handlers.address_text import address_text, addresses_text, filled


def test_an_address_that_begins_like_a_command_could_be_tapped() -> None:
    text, entities = address_text("/start@x.example").render()
    assert text == "/start@x.example", "addresses are shown unaltered"
    assert [(one.type, one.offset, one.length) for one in entities] == [("code", 0, len(text))]


def test_other_addresses_stay_what_a_mail_program_opens() -> None:
    assert address_text("jane@client.example").render()[1] == []


def test_a_domain_in_its_own_script_is_shown_beside_what_goes_out() -> None:
    text, entities = address_text("zoe@xn--bcher-kva.example").render()
    assert text == "zoe@bücher.example (zoe@xn--bcher-kva.example)"
    assert entities == []


def test_an_address_that_only_looks_like_another_is_told_apart() -> None:
    text, _ = addresses_text(("jane@apple.example", "jane@xn--pple-43d.example")).render()
    assert text == "jane@apple.example, jane@аpple.example (jane@xn--pple-43d.example)"


def test_what_is_no_punycode_stays_as_it_is() -> None:
    assert address_text("jane@xn--zz.example").render()[0] == "jane@xn--zz.example"


def test_the_format_stands_where_the_address_does() -> None:
    said = filled("Sent to {to}.", "to", addresses_text(("jane@x.example", "/help@x.example")))
    text, entities = Text("✅ ", said).render()
    assert text == "✅ Sent to jane@x.example, /help@x.example."
    (code,) = entities
    assert text[code.offset : code.offset + code.length] == "/help@x.example"
