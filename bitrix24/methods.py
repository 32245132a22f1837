"""The methods that the product calls, each by the page that documents it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bitrix24.client import LIST_SIZE, Client
from bitrix24.envelope import Answer
from bitrix24.errors import Failure, FailureCode, Unknown
from bitrix24.learned import Learned
from bitrix24.models import (
    Letter,
    Mailbox,
    Model,
    Profile,
    Sender,
    Sent,
    read_row,
    read_rows,
)
from bitrix24.webhook import Webhook

PAGES = 10
MAILBOX_LIMIT = 100
LETTER_LIMIT = 200

Value = TypeVar("Value")


@dataclass(frozen=True)
class Got(Generic[Value]):
    """What a method returned, and what its answer told about the portal."""

    value: Value
    learned: Learned


class Mail:
    """A person's mail, as their webhook shows it. Every failure is a PortalError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def profile(self, webhook: Webhook) -> Got[Profile | None]:
        """Whose webhook it is (classic `profile`); None for a person who was dismissed."""
        answer = await self._client.call(webhook, "profile", {}, classic=True)
        return Got(read_row(Profile, answer.result, None), answer.learned)

    async def scope(self, webhook: Webhook) -> Got[tuple[str, ...]]:
        """What the webhook may do (classic `scope`), in lower case."""
        answer = await self._client.call(webhook, "scope", {}, classic=True)
        names = answer.result if isinstance(answer.result, list) else []
        return Got(tuple(str(name).lower() for name in names), answer.learned)

    async def mailboxes(self, webhook: Webhook) -> Got[tuple[Mailbox, ...]]:
        """The person's own mailboxes; none is an answer too."""
        return await self._every_page(webhook, "mail.mailbox.list", Mailbox)

    async def senders(self, webhook: Webhook) -> Got[tuple[Sender, ...]]:
        """The addresses that letters may go out from; one address may have several names."""
        return await self._every_page(webhook, "mail.mailbox.senders", Sender)

    async def letter(self, webhook: Webhook, letter_number: int) -> Got[Letter]:
        """One letter with its text."""
        answer = await self._client.call(webhook, "mail.message.get", {"id": letter_number})
        item = answer.result.get("item") if isinstance(answer.result, dict) else None
        letter = read_row(Letter, item, answer.learned.utc_offset)
        if letter is None:
            raise _bad(answer)
        return Got(letter, answer.learned)

    async def letters(
        self,
        webhook: Webhook,
        *,
        is_seen: bool | None = None,
        limit: int = 25,
        page: int = 1,
    ) -> Got[tuple[Letter, ...]]:
        """One page of letters, newest first; rows may lack text and Cc (`limit` up to 200)."""
        params: dict[str, object] = {
            "pagination": {"page": page, "limit": min(limit, LETTER_LIMIT)},
        }
        if is_seen is not None:
            params["isSeen"] = is_seen
        answer = await self._client.call(webhook, "mail.message.list", params, size=LIST_SIZE)
        letters = sorted(_items(Letter, answer), key=_age, reverse=True)
        return Got(tuple(letters), answer.learned)

    async def reply(self, webhook: Webhook, body: bytes, idempotency_key: str) -> Got[Sent]:
        """Sends what `reply_body` made, once; the portal adds the quote and In-Reply-To."""
        answer = await self._client.send_bytes(webhook, "mail.message.reply", body, idempotency_key)
        result = answer.result
        if not isinstance(result, dict) or result.get("success") is not True:
            raise _bad(answer)
        to = result.get("to")
        addresses = to if isinstance(to, list) else [to]
        return Got(Sent(to=tuple(a for a in addresses if isinstance(a, str))), answer.learned)

    async def _every_page(
        self, webhook: Webhook, method: str, kind: type[Model]
    ) -> Got[tuple[Model, ...]]:
        """All rows once. Pages say nothing about their number, so one that is empty, brings
        nothing new or is shorter than another before it ends the list."""
        rows: dict[Model, None] = {}
        longest = 0
        for page in range(1, PAGES + 1):
            params = {"pagination": {"page": page, "limit": MAILBOX_LIMIT}}
            answer = await self._client.call(webhook, method, params, size=LIST_SIZE)
            found = _items(kind, answer)
            is_last = len(found) < longest or all(row in rows for row in found)
            rows |= dict.fromkeys(found)
            longest = max(longest, len(found))
            if is_last:
                break
        return Got(tuple(rows), answer.learned)


def reply_body(
    *,
    letter_number: int,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.reply: made once, stored, sent as they are."""
    copies = {name: list(addresses) for name, addresses in (("cc", cc), ("bcc", bcc)) if addresses}
    params = {
        "replyToMessageId": letter_number,
        "from": sender,
        "to": list(to),
        "subject": subject,
        "body": html,
        **copies,
    }
    return json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode()


def _items(kind: type[Model], answer: Answer) -> tuple[Model, ...]:
    if answer.result == []:
        return ()
    if not isinstance(answer.result, dict) or "items" not in answer.result:
        raise _bad(answer)
    return read_rows(kind, answer.result["items"], answer.learned.utc_offset)


def _bad(answer: Answer) -> Unknown:
    return Unknown(Failure(FailureCode.BAD_ANSWER, 200), answer.learned)


def _age(letter: Letter) -> tuple[float, int]:
    return (letter.date.timestamp() if letter.date else 0.0, letter.id)
