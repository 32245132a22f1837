"""The methods `mail.recipient.…`, each by its page."""

from bitrix24.asking import Asking
from bitrix24.models import Recipient
from bitrix24.reading import Got, Read, rows_of
from bitrix24.webhook import Webhook

LIMIT = 200


class RecipientMethods(Asking):
    """Whom letters may go to; ids of contacts and of employees are of different kinds."""

    async def contacts(
        self, webhook: Webhook, query: str | None = None
    ) -> Got[tuple[Recipient, ...]]:
        """The address book by a fragment; without one the latest contacts."""
        return await self._recipients(webhook, "mail.recipient.listcontacts", query)

    async def employees(self, webhook: Webhook, query: str) -> Got[tuple[Recipient, ...]]:
        """The portal's people by a fragment of at least one character."""
        return await self._recipients(webhook, "mail.recipient.listemployees", query)

    async def _recipients(
        self, webhook: Webhook, method: str, query: str | None
    ) -> Got[tuple[Recipient, ...]]:
        def page_of(page: int) -> Read[tuple[Recipient, ...]]:
            params = {"query": query, "pagination": {"page": page, "limit": LIMIT}}
            return Read(method, params, rows_of(Recipient))

        return await self._every_page(webhook, page_of)
