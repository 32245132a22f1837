"""The methods that the product calls, each by the page that documents it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
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
    ThreadLetter,
    read_row,
    read_rows,
)
from bitrix24.webhook import Webhook

PAGES = 10
MAILBOX_LIMIT = 100
LETTER_LIMIT = 200
THREAD_LIMIT = 50
REPLY = "mail.message.reply"
SEND = "mail.message.send"
FORWARD = "mail.message.forward"

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
        mailbox: int | None = None,
        search: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        folder: str | None = None,
        is_seen: bool | None = None,
        has_attachments: bool | None = None,
        limit: int = 25,
        page: int = 1,
    ) -> Got[tuple[Letter, ...]]:
        """One page of letters, newest first; rows may lack text and Cc (`limit` up to 200).

        Some builds compare `since` and `until` to the minute and as if they were in the portal's
        own zone: they are sent in its offset once an answer has told it, else as they are.
        """
        params: dict[str, object] = {
            "mailboxId": mailbox,
            "searchQuery": search,
            "dateFrom": self._date_atom(webhook, since),
            "dateTo": self._date_atom(webhook, until),
            "folder": folder,
            "isSeen": is_seen,
            "hasAttachments": has_attachments,
            "pagination": {"page": page, "limit": min(limit, LETTER_LIMIT)},
        }
        answer = await self._client.call(
            webhook, "mail.message.list", _given(params), size=LIST_SIZE
        )
        letters = sorted(_items(Letter, answer), key=_age, reverse=True)
        return Got(tuple(letters), answer.learned)

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = THREAD_LIMIT
    ) -> Got[tuple[ThreadLetter, ...]]:
        """The letters of one correspondence, oldest first (`limit` up to 50)."""
        params = {"id": letter_number, "limit": min(limit, THREAD_LIMIT)}
        answer = await self._client.call(webhook, "mail.message.thread", params, size=LIST_SIZE)
        letters = sorted(_items(ThreadLetter, answer), key=_age)
        return Got(tuple(letters), answer.learned)

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
        answer = await self._client.send_bytes(webhook, method, body, idempotency_key)
        result = answer.result
        if not isinstance(result, dict) or result.get("success") is not True:
            raise _bad(answer)
        to = result.get("to")
        addresses = to if isinstance(to, list) else [to]
        return Got(Sent(to=tuple(a for a in addresses if isinstance(a, str))), answer.learned)

    async def reply(self, webhook: Webhook, body: bytes, idempotency_key: str) -> Got[Sent]:
        """`send` of a reply."""
        return await self.send(webhook, REPLY, body, idempotency_key)

    def _date_atom(self, webhook: Webhook, moment: datetime | None) -> str | None:
        if moment is None:
            return None
        offset = self._client.utc_offset(webhook)
        zone = moment.tzinfo if offset is None else timezone(offset)
        return moment.astimezone(zone).isoformat(timespec="seconds")

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
    about = {"replyToMessageId": letter_number}
    return _letter_bytes(about, sender, to, cc, bcc, subject, html)


def send_body(
    *,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.send, a letter that answers none."""
    return _letter_bytes({}, sender, to, cc, bcc, subject, html)


def forward_body(
    *,
    letter_number: int,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.forward; the portal adds the letter and its files."""
    about = {"forwardMessageId": letter_number}
    return _letter_bytes(about, sender, to, cc, bcc, subject, html)


def _letter_bytes(
    about: dict[str, int],
    sender: str,
    to: Sequence[str],
    cc: Sequence[str],
    bcc: Sequence[str],
    subject: str,
    html: str,
) -> bytes:
    copies = {name: list(addresses) for name, addresses in (("cc", cc), ("bcc", bcc)) if addresses}
    params = {
        **about,
        "from": sender,
        "to": list(to),
        "subject": subject,
        "body": html,
        **copies,
    }
    return json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode()


def _given(params: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in params.items() if value is not None}


def _items(kind: type[Model], answer: Answer) -> tuple[Model, ...]:
    """Rows under `items` or bare, as a list or as PHP's object with numbers for keys."""
    rows = answer.result
    if isinstance(rows, dict):
        rows = next((rows[name] for name in ("items", "result") if name in rows), rows)
    if isinstance(rows, dict) and not all(key.isdigit() for key in rows):
        raise _bad(answer)
    if not isinstance(rows, dict | list):
        raise _bad(answer)
    return read_rows(kind, rows, answer.learned.utc_offset)


def _bad(answer: Answer) -> Unknown:
    return Unknown(Failure(FailureCode.BAD_ANSWER, 200), answer.learned)


def _age(letter: Letter | ThreadLetter) -> tuple[float, int]:
    return (letter.date.timestamp() if letter.date else 0.0, letter.id)
