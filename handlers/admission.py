"""The door: who writes is looked up before anything else, and strangers go no further.

What the handlers behind it get: `person`, and `_`, the texts of that person's language.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot, Router
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from handlers.admin_menu import show_admin_menu
from handlers.admission_cards import (
    LetInButton,
    claimed_text,
    no_access_toast,
    no_use_text,
    start_text,
    stranger_text,
)
from handlers.commands import CommandText, split_command
from handlers.filters import PrivateChat
from handlers.secret_messages import said, take_away
from handlers.texts import Catalogues, Texts
from mail.connections import Connections
from mail.invites import Invites, Visit
from mail.people import People
from storage.records.people import Person
from storage.records.updates import NOT_PERSONS

router = Router(name="admission")

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Admission(BaseMiddleware):
    """Around everything that people do: messages, edits and presses."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        assert isinstance(event, Message | CallbackQuery)
        user = _person_of(event)
        catalogues: Catalogues = data["catalogues"]
        language = user.language_code if user else None
        data["_"] = catalogues.for_language(language, data["default_language"])
        if not _is_private(event):
            return await self._in_group(handler, event, user, data)
        if user is None:
            return None
        person = await _met(data["people"], user, _read_with(data, user))
        if person.admitted:
            data["person"] = person
            return await handler(event, data)
        if isinstance(event, CallbackQuery):
            return await data["answer"](no_access_toast(data["_"]))
        return await _meet_stranger(event, person, data)

    async def _in_group(
        self, handler: Handler, event: TelegramObject, user: User | None, data: dict[str, Any]
    ) -> Any:
        """Strangers' talk is not heard, but for a secret, which must not stay there."""
        people: People = data["people"]
        known = _read_with(data, user)
        person = known or (await people.find(user.id) if user else None)
        if person is not None and person.admitted:
            data["person"] = person
            return await handler(event, data)
        connections: Connections = data["connections"]
        if isinstance(event, Message) and connections.holds_webhook(said(event)):
            return await handler(event, data)
        return None


@router.message(PrivateChat(), CommandText("start"))
async def start(
    message: Message,
    argument: str,
    cause: str,
    person: Person,
    people: People,
    bot: Bot,
    catalogues: Catalogues,
    _: Texts,
) -> None:
    """Where ACCESS is open, the first admin is somebody who is in already."""
    claimed = await people.claim(cause, person.id, argument)
    await message.answer(claimed_text(_) if claimed else start_text(person, _))
    if claimed or person.admin:
        await show_admin_menu(bot, catalogues, person.id)


@router.callback_query(PrivateChat(), LetInButton.filter())
async def decide(
    _press: CallbackQuery,
    callback_data: LetInButton,
    cause: str,
    person: Person,
    people: People,
) -> None:
    """Let in, or Refuse."""
    await people.decide(
        cause,
        person.id,
        callback_data.person,
        callback_data.revision,
        let_in=callback_data.let_in,
    )


def _person_of(event: Message | CallbackQuery) -> User | None:
    """Nobody for channels, anonymous admins and other bots."""
    user = event.from_user
    for_a_chat = isinstance(event, Message) and event.sender_chat is not None
    if user is None or user.is_bot or user.id in NOT_PERSONS or for_a_chat:
        return None
    return user


def _is_private(event: Message | CallbackQuery) -> bool:
    message = event.message if isinstance(event, CallbackQuery) else event
    return message is not None and message.chat.type == ChatType.PRIVATE


async def _met(people: People, user: User, known: Person | None) -> Person:
    names = (user.full_name, user.username or "", user.language_code or "")
    return await people.meet(user.id, *names, known=known)


def _read_with(data: dict[str, Any], user: User | None) -> Person | None:
    """Their row, if it was read with the update itself."""
    known: Person | None = data.get("known")
    return known if known is not None and user is not None and known.id == user.id else None


async def _meet_stranger(message: Message, person: Person, data: dict[str, Any]) -> None:
    people: People = data["people"]
    connections: Connections = data["connections"]
    texts: Texts = data["_"]
    if connections.holds_webhook(said(message)):
        await take_away(message)
    command, argument = split_command(message.text or "")
    if command == "/start" and argument:
        if await people.claim(data["cause"], person.id, argument):
            await message.answer(claimed_text(texts))
            await show_admin_menu(data["bot"], data["catalogues"], person.id)
            return
        invites: Invites = data["invites"]
        if await invites.exist():
            await _come(message, argument, person, data)
            return
    answer = await people.ask(data["cause"], person.id)
    if answer is not None:
        await message.answer(stranger_text(answer, texts))


async def _come(message: Message, token: str, person: Person, data: dict[str, Any]) -> None:
    """By an invite's link; who is let in hears of it by a notice."""
    invites: Invites = data["invites"]
    texts: Texts = data["_"]
    if await invites.come(data["cause"], person.id, token) is Visit.NO_USE:
        await message.answer(no_use_text(texts))
