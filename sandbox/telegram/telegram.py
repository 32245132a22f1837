"""The simulated Telegram: its bot, people, chats, updates and what the bot called."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.telegram.chats import ApiCall, Chat
from sandbox.telegram.faults import TelegramFaults
from sandbox.telegram.limits import Limits, Pace
from sandbox.telegram.members import let_bot_be
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from sandbox.telegram.presses import Press
from sandbox.telegram.refusals import BotApiError
from sandbox.telegram.scripted import Script
from sandbox.telegram.updates import Updates

BOT_ID = 110201543
EXAMPLE = f"{BOT_ID}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
"""The sample token of the page "Authorizing your bot"."""


class Telegram:
    """One Bot API server with one bot."""

    def __init__(
        self,
        changes: Changes | None = None,
        clock: Clock = system_clock,
        *,
        token: str = EXAMPLE,
        name: str = "Letters",
        username: str = "linden_letters_bot",
    ) -> None:
        self.changes = changes or Changes()
        self.clock = clock
        self.token = token
        self.bot: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.reads_all_groups = False
        """Privacy mode switched off: the bot sees everything in groups."""
        self.callback_window = timedelta(seconds=15)
        """How long a press may be answered."""
        self.editable: timedelta | None = None
        """How long the bot may edit its messages; None: always."""
        self.faults = TelegramFaults(
            self.changes, {"unauthorized": _unauthorized, "unavailable": _unavailable}
        )
        self.script = Script()
        """Refusals in the Bot API's own words."""
        self.pace = Pace()
        """Every send with its time, let through or refused."""
        self.updates = Updates(self.changes, lambda: self.clock())
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: list[Press] = []
        self.calls: list[ApiCall] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """By scope (JSON with sorted keys) and language."""
        self._number = 0

    @property
    def limits(self) -> Limits | None:
        """How fast the bot may send; None: as fast as it likes."""
        return self.pace.limits

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        self.pace.limits = limits

    def flood(self, seconds: int, chat_id: int | None = None, times: int | None = None) -> None:
        """429 with `retry_after` for sends to one chat (None: to all) until `seconds` are over.

        `times`: only so many sends are refused.
        """
        self.pace.flood(seconds, self.clock(), chat_id, times)

    def lacks(self, *methods: str) -> None:
        """Answers 404 to these methods, as a server of an older version does."""
        self.script.missing |= {method.lower() for method in methods}

    def refuse_entities(self, times: int | None = 1) -> None:
        """The next sends and edits that mark something in their text "can't be parsed"."""
        words = "can't parse entities: unsupported entity"
        self.script.refuse(400, words, times=times, when=lambda form: form.parsed("entities"))

    def revoke_token(self) -> str:
        """The owner revokes the token: 401 from now on, also for a poll that waits.

        Gives the new token.
        """
        self.token = f"{self.bot['id']}:{str(self.number()).rjust(35, 'A')}"
        self.updates.end_poll(BotApiError(401, "Unauthorized"))
        return self.token

    def now(self) -> int:
        """Unix seconds, as all dates of the Bot API are."""
        return int(self.clock().timestamp())

    def number(self) -> int:
        """1, 2, 3, …: for ids."""
        self._number += 1
        return self._number

    def person(
        self,
        person_id: int,
        first_name: str = "Anna",
        language_code: str | None = "en",
        username: str | None = None,
        last_name: str | None = None,
    ) -> Person:
        """Somebody who has not written to the bot yet."""
        names = {"first_name": first_name, "last_name": last_name, "username": username}
        known = {key: value for key, value in names.items() if value}
        user: dict[str, Any] = {"id": person_id, "is_bot": False} | known
        if language_code:
            user["language_code"] = language_code
        chat = Chat({"id": person_id, "type": "private"} | known, self.changes)
        chat.members = {person_id}
        self.chats[person_id] = chat
        self.people[person_id] = Person(self, user, chat)
        self.changes.note()
        return self.people[person_id]

    def group(
        self,
        group_id: int,
        title: str,
        members: Iterable[Person] = (),
        kind: Literal["group", "supergroup"] = "supergroup",
    ) -> Chat:
        """A group that the bot was added to; the id of a supergroup is below -1000000000000."""
        chat = Chat({"id": group_id, "type": kind, "title": title}, self.changes)
        chat.members = {person.id for person in members}
        chat.bot_status = "left"
        self.chats[group_id] = chat
        for person in list(members)[:1]:
            let_bot_be(self, chat, person, "member")
        chat.bot_status = "member"
        return chat

    def bot_sees(self, message: Message, chat: Chat) -> bool:
        """Privacy mode: in a group only commands and replies to the bot reach it."""
        if chat.kind == "private":
            return True
        if chat.bot_status != "member" or chat.migrated_to:
            return False
        if self.reads_all_groups or chat.bot_is_admin:
            return True
        target = message.wire.get("reply_to_message", {}).get("from", {})
        if target.get("id") == self.bot["id"]:
            return True
        command, at, name = message.text.partition(" ")[0].partition("@")
        return command.startswith("/") and (not at or name.lower() == self.bot["username"].lower())

    def take_press(self, person: Person, message: dict[str, Any], data: str, label: str) -> Press:
        """Queues a callback query."""
        chat_id = int(message["chat"]["id"])
        query_id = str(4_000_000_000_000_000_000 + self.number())
        press = Press(
            query_id,
            person.id,
            chat_id,
            int(message["message_id"]),
            label,
            data,
            self.clock(),
            self.changes,
        )
        self.presses.append(press)
        query = {"id": query_id, "from": person.wire, "message": message, "data": data}
        self.updates.push("callback_query", query | {"chat_instance": str(-abs(chat_id) * 7)})
        return press

    def commands_for(self, person: Person) -> list[dict[str, str]]:
        """The menu in the person's private chat: the narrowest scope, then the language, wins."""
        language = person.wire.get("language_code", "")
        own = f'{{"chat_id": {person.id}, "type": "chat"}}'
        for scope in (own, '{"type": "all_private_chats"}', '{"type": "default"}'):
            for key in ((scope, language), (scope, "")):
                if self.commands.get(key):
                    return self.commands[key]
        return []


async def _unauthorized() -> web.Response:
    return as_response(BotApiError(401, "Unauthorized"))


async def _unavailable() -> web.Response:
    return as_response(BotApiError(503, "Service Unavailable"))


def as_response(error: BotApiError) -> web.Response:
    return web.json_response(error.body(), status=error.code)
