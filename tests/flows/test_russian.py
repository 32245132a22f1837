"""A person whose Telegram is in Russian: every text is Russian, and every button."""

import re

import pytest

from sandbox import Sandbox
from sandbox.telegram import contents
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.conftest import ANNA, Profile

SUPPORT = "support@linden-print.example"
SUBJECT = "Re: Счёт за бумагу"
REVIEW = "Проверьте перед отправкой"

NAMES = ("Anna Berg", "Help desk", "Linden Print support", "Re: ")
_NOT_WORDS = re.compile(r"\S+@\S+|/[a-z]+|[\w.-]+\.example|^\d+ · .*", re.MULTILINE)


@pytest.fixture
def anna(sandbox: Sandbox) -> Person:
    """The admin; her Telegram is in Russian."""
    return sandbox.telegram.person(ANNA, "Анна", "ru", "anna")


def latin(message: Message) -> list[str]:
    """Latin words in a message and on its buttons, but for addresses, commands, names, letters."""
    text = "\n".join([message.text, *message.buttons])
    for name in NAMES:
        text = text.replace(name, "")
    return re.findall(r"[A-Za-z]{2,}", _NOT_WORDS.sub("", text))


@pytest.fixture
async def connected_in_russian(anna: Person, sandbox: Sandbox, bot: object) -> Person:
    """Anna, whose portal is connected."""
    anna.say("/start")
    anna.say("/help")
    anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Подключено")
    return anna


async def check(person: Person, card: Message, text: str, buttons: list[str]) -> None:
    """The card shows this; every message of the chat is Russian."""
    await person.chat.wait_until(lambda chat: text in card.text and card.buttons == buttons)
    for message in person.chat.from_bot:
        assert latin(message) == [], message.text


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_the_main_job_in_russian(
    connected_in_russian: Person, sandbox: Sandbox, profile: Profile
) -> None:
    anna, chat = connected_in_russian, connected_in_russian.chat
    anna.say("/reply 16")
    card = await chat.wait_for("С какого адреса")
    own = [SUPPORT, "anna@linden-print.example"]
    await check(anna, card, "Письмо 16", [*own, "Назад", "Отмена"])
    assert "Есть вложения" in (await chat.wait_for("✉️ Письмо 16")).text
    await anna.press(card, SUPPORT).answered()
    await check(anna, card, "Кому", ["Павел Орлов", "Назад", "Отмена"])
    await anna.press(card, "Павел Орлов").answered()
    await check(anna, card, "тема", [SUBJECT, "Назад", "Отмена"])
    await anna.press(card, SUBJECT).answered()
    await check(anna, card, "ответ", ["Назад", "Отмена"])
    anna.say("Оплатим завтра, счёт во вложении.")
    card = await chat.wait_for(REVIEW)
    await check(anna, card, "⚠️ В тексте", ["Отправить", "Изменить", "Назад", "Отмена"])
    await anna.press(card, "Отправить").answered()
    await chat.wait_for("Отправлено: orlov@polygraf.example")
    letter = await sandbox.portal.wait_for_sent()
    assert letter.subject == SUBJECT
    assert [latin(message) for message in chat.from_bot if latin(message)] == []


async def test_menus_hints_and_refusals_are_russian(connected_in_russian: Person) -> None:
    anna, chat = connected_in_russian, connected_in_russian.chat
    anna.say("/reply 16 Оплатим завтра.")
    card = await chat.wait_for(REVIEW)
    menu = ["Отправитель", "Получатели", "Тема", "Текст", "Копии", "Назад", "Отмена"]
    await anna.press(card, "Изменить").answered()
    await check(anna, card, REVIEW, menu)
    await anna.press(card, "Копии").answered()
    await check(anna, card, REVIEW, ["Копия", "Скрытая копия", "Назад", "Отмена"])
    await anna.press(card, "Скрытая копия").answered()
    await check(anna, card, "скрытую", ["Никому", "Назад", "Отмена"])
    anna.say("кому-то")
    await chat.wait_for("«кому-то»", after=card.id)
    anna.send(contents.voice())
    anna.send(contents.photo("Вот чек."))
    offer = await chat.wait_for("подпись", after=card.id)
    await check(anna, offer, "подпись", ["Взять этот текст"])
    await anna.press(card, "Отмена").answered()
    await check(anna, card, "Отложено", ["Вернуть"])
    anna.say("Ещё")
    await chat.wait_for("«Вернуть»", after=offer.id)
    toast = await anna.press_data(card, "x").answered()
    assert re.search("[а-я]", toast)
    assert not re.search("[A-Za-z]", toast)
    await check(anna, card, "Отложено", ["Вернуть"])


async def test_everything_around_a_letter_is_russian(
    connected_in_russian: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected_in_russian, connected_in_russian.chat
    for said in ("/accounts", "/disconnect", "/cancel", "/reply завтра", "/reply 999"):
        message = anna.say(said)
        await chat.wait_for(lambda message: True, after=message.id)
    sandbox.portal.faults.unavailable(method="mail.message.list", times=1)
    message = anna.say("/reply")
    await chat.wait_for("На какое письмо", after=message.id)
    for message in chat.from_bot:
        assert latin(message) == [], message.text


async def test_the_menu_of_commands_is_russian(
    connected_in_russian: Person, sandbox: Sandbox
) -> None:
    commands = sandbox.telegram.commands_for(connected_in_russian)
    assert [command["command"] for command in commands][:2] == ["reply", "outbox"]
    for command in commands:
        assert re.search("[А-Яа-я]", command["description"])


async def test_the_language_follows_the_person(anna: Person, sandbox: Sandbox, bot: object) -> None:
    anna.say("/help")
    await anna.chat.wait_for("Что умеет этот бот")
    anna.wire["language_code"] = "de"
    anna.say("/help")
    await anna.chat.wait_for("What this bot does")
