"""The methods that read letters, `mail.message.…`, each by its page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bitrix24.asking import Asking
from bitrix24.mailbox_methods import chosen
from bitrix24.models import Letter, ThreadLetter
from bitrix24.reading import Got, Read, item_of, rows_of
from bitrix24.webhook import Webhook

LETTER_LIMIT = 200
THREAD_LIMIT = 50


def letter_read(letter_number: int, select: Sequence[str] | None = None) -> Read[Letter]:
    """mail.message.get."""
    params = {"id": letter_number, "select": chosen("id", select)}
    return Read("mail.message.get", params, item_of(Letter))


def thread_read(letter_number: int, limit: int = THREAD_LIMIT) -> Read[tuple[ThreadLetter, ...]]:
    """mail.message.thread; `limit` up to 50."""
    params = {"id": letter_number, "limit": min(limit, THREAD_LIMIT)}
    return Read("mail.message.thread", params, rows_of(ThreadLetter))


class LetterMethods(Asking):
    """Letters as the webhook's person sees them."""

    async def letter(
        self, webhook: Webhook, letter_number: int, *, select: Sequence[str] | None = None
    ) -> Got[Letter]:
        """One letter with its text."""
        return await self._ask(webhook, letter_read(letter_number, select))

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
        params = {
            "mailboxId": mailbox,
            "searchQuery": search,
            "dateFrom": self._date_atom(webhook, since),
            "dateTo": self._date_atom(webhook, until),
            "folder": folder,
            "isSeen": is_seen,
            "hasAttachments": has_attachments,
            "pagination": {"page": page, "limit": min(limit, LETTER_LIMIT)},
        }
        got = await self._ask(webhook, Read("mail.message.list", params, rows_of(Letter)))
        return replace(got, value=tuple(sorted(got.value, key=_age, reverse=True)))

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = THREAD_LIMIT
    ) -> Got[tuple[ThreadLetter, ...]]:
        """The letters of one correspondence, oldest first (`limit` up to 50)."""
        got = await self._ask(webhook, thread_read(letter_number, limit))
        return replace(got, value=tuple(sorted(got.value, key=_age)))

    def _date_atom(self, webhook: Webhook, moment: datetime | None) -> str | None:
        if moment is None:
            return None
        return self._there(webhook, moment).isoformat(timespec="seconds")


def _age(letter: Letter | ThreadLetter) -> tuple[float, int]:
    return (letter.date.timestamp() if letter.date else 0.0, letter.id)
