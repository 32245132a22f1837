"""The methods that change something, `mail.message.…`, each by its page.

Every one is called once under a key of the caller's; what became of it is not known if it fails
with Unknown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bitrix24.asking import Asking
from bitrix24.envelope import Answer
from bitrix24.models import Made, MovedLetters, Sent, read_row
from bitrix24.reading import Got, bad
from bitrix24.webhook import Webhook

REPLY = "mail.message.reply"
SEND = "mail.message.send"
FORWARD = "mail.message.forward"


class WriteMethods(Asking):
    """What a person does with letters."""

    async def turn(self, webhook: Webhook, method: str) -> None:
        """Waits until this portal has room for a call of this method; for `send` alone, since
        every other method waits by itself. May be cancelled at any time."""
        await self._client.turn(webhook, method)

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        """Sends what `reply_body`, `send_body` or `forward_body` made, once, without waiting for
        a turn. The portal adds the quote and In-Reply-To."""
        assert method in (REPLY, SEND, FORWARD), "no other method takes a letter"
        return read_sent(await self._client.send_bytes(webhook, method, body, idempotency_key))

    async def move(
        self,
        webhook: Webhook,
        letter_numbers: Sequence[int],
        action: Literal["move", "spam", "delete"],
        idempotency_key: str,
        *,
        folder: str | None = None,
    ) -> Got[MovedLetters]:
        """At most 100 letters of one folder; `delete` is to the trash, `move` needs `folder`.
        Letters may have other numbers afterwards."""
        params = {"messageIds": list(letter_numbers), "action": action, "folder": folder}
        answer = await self._change(webhook, "mail.message.movetofolder", params, idempotency_key)
        moved = read_row(MovedLetters, _succeeded(answer), None)
        if moved is None:
            raise bad(answer)
        return Got(moved, answer.learned)

    async def create_crm_activity(
        self, webhook: Webhook, letter_number: int, idempotency_key: str
    ) -> Got[None]:
        """Saves the letter to the CRM."""
        return await self._activity(webhook, "create", letter_number, idempotency_key)

    async def remove_crm_activity(
        self, webhook: Webhook, letter_number: int, idempotency_key: str
    ) -> Got[None]:
        """Deletes the letter's activities; the sender may be kept out of the CRM from then on."""
        return await self._activity(webhook, "remove", letter_number, idempotency_key)

    async def create_task(
        self,
        webhook: Webhook,
        letter_number: int,
        idempotency_key: str,
        *,
        title: str | None = None,
        responsible: int | None = None,
        description: str | None = None,
    ) -> Got[Made]:
        """A task of the caller's, named as the letter, unless said otherwise."""
        others = {"title": title, "responsibleId": responsible, "description": description}
        return await self._make(webhook, "task", letter_number, idempotency_key, **others)

    async def create_calendar_event(
        self,
        webhook: Webhook,
        letter_number: int,
        idempotency_key: str,
        *,
        begins: datetime,
        ends: datetime,
        name: str | None = None,
        description: str | None = None,
    ) -> Got[Made]:
        """An event in the portal's own time, once an answer has told its offset."""
        times = {
            parameter: self._there(webhook, moment).strftime("%Y-%m-%d %H:%M:%S")
            for parameter, moment in (("dateFrom", begins), ("dateTo", ends))
        }
        others = {**times, "name": name, "description": description}
        return await self._make(webhook, "calendarevent", letter_number, idempotency_key, **others)

    async def create_chat(
        self, webhook: Webhook, letter_number: int, idempotency_key: str
    ) -> Got[Made]:
        """The letter's chat; a second call finds the first one's."""
        return await self._make(webhook, "chat", letter_number, idempotency_key)

    async def create_feed_post(
        self,
        webhook: Webhook,
        letter_number: int,
        idempotency_key: str,
        *,
        title: str | None = None,
    ) -> Got[Made]:
        """A post that all employees see."""
        return await self._make(webhook, "feedpost", letter_number, idempotency_key, title=title)

    async def _make(
        self, webhook: Webhook, what: str, letter_number: int, key: str, **others: object
    ) -> Got[Made]:
        params = {"messageId": letter_number, **others}
        answer = await self._change(webhook, f"mail.message.create{what}", params, key)
        made = read_row(Made, _succeeded(answer), None)
        if made is None:
            raise bad(answer)
        return Got(made, answer.learned)

    async def _activity(
        self, webhook: Webhook, verb: str, letter_number: int, key: str
    ) -> Got[None]:
        params = {"messageId": letter_number}
        answer = await self._change(webhook, f"mail.message.{verb}crmactivity", params, key)
        result = answer.result
        nested = result.get("result") if isinstance(result, dict) else result
        if nested is not True:
            raise bad(answer)
        return Got(None, answer.learned)


def read_sent(answer: Answer) -> Got[Sent]:
    """The portal took the letter, for these addresses; what says anything else proves nothing."""
    to = _succeeded(answer).get("to")
    addresses = to if isinstance(to, list) else [to]
    return Got(Sent(to=tuple(a for a in addresses if isinstance(a, str))), answer.learned)


def _succeeded(answer: Answer) -> dict[str, object]:
    result = answer.result
    if not isinstance(result, dict) or result.get("success") is not True:
        raise bad(answer)
    return result
