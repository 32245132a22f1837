"""The methods `mail.mailbox.…`, each by its page."""

from collections.abc import Sequence

from bitrix24.asking import Asking
from bitrix24.models import Field, Mailbox, Sender
from bitrix24.reading import Got, Read, item_of, rows_of
from bitrix24.webhook import Webhook

LIMIT = 100


def mailbox_read(number: int, select: Sequence[str] | None = None) -> Read[Mailbox]:
    """mail.mailbox.get; unknown names in `select` are left out by the portal."""
    return Read(
        "mail.mailbox.get", {"id": number, "select": chosen("id", select)}, item_of(Mailbox)
    )


def fields_read(group: str, select: Sequence[str] | None = None) -> Read[tuple[Field, ...]]:
    """mail.{mailbox|message|recipient}.field.list; unknown names in `select` are refused."""
    return Read(f"mail.{group}.field.list", {"select": chosen("name", select)}, rows_of(Field))


def field_read(group: str, name: str, select: Sequence[str] | None = None) -> Read[Field]:
    """mail.{mailbox|message|recipient}.field.get."""
    params = {"name": name, "select": chosen("name", select)}
    return Read(f"mail.{group}.field.get", params, item_of(Field))


def chosen(identity: str, select: Sequence[str] | None) -> list[str] | None:
    """A row that lacks its identity could not be read."""
    return None if select is None else list(dict.fromkeys([identity, *select]))


class MailboxMethods(Asking):
    """Mailboxes and what letters may go out from."""

    async def mailboxes(
        self, webhook: Webhook, *, name: str | None = None, email: str | None = None
    ) -> Got[tuple[Mailbox, ...]]:
        """The person's own mailboxes; none is an answer too. Fragments of `name` and `email`."""

        def page_of(page: int) -> Read[tuple[Mailbox, ...]]:
            params = {"name": name, "email": email, "pagination": {"page": page, "limit": LIMIT}}
            return Read("mail.mailbox.list", params, rows_of(Mailbox))

        return await self._every_page(webhook, page_of)

    async def mailbox(
        self, webhook: Webhook, number: int, *, select: Sequence[str] | None = None
    ) -> Got[Mailbox]:
        """One of the person's mailboxes."""
        return await self._ask(webhook, mailbox_read(number, select))

    async def senders(self, webhook: Webhook) -> Got[tuple[Sender, ...]]:
        """The addresses that letters may go out from; one address may have several names."""

        def page_of(page: int) -> Read[tuple[Sender, ...]]:
            params = {"pagination": {"page": page, "limit": LIMIT}}
            return Read("mail.mailbox.senders", params, rows_of(Sender))

        return await self._every_page(webhook, page_of)

    async def fields(
        self, webhook: Webhook, group: str, *, select: Sequence[str] | None = None
    ) -> Got[tuple[Field, ...]]:
        """What a `mailbox`, `message` or `recipient` consists of on this portal."""
        return await self._ask(webhook, fields_read(group, select))

    async def field(
        self, webhook: Webhook, group: str, name: str, *, select: Sequence[str] | None = None
    ) -> Got[Field]:
        """One of these fields."""
        return await self._ask(webhook, field_read(group, name, select))
