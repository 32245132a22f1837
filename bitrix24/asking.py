"""What all groups of methods share: a read, all pages of a list, one write."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timezone

from bitrix24.client import LIST_SIZE, Client, json_bytes
from bitrix24.envelope import Answer
from bitrix24.models import Model
from bitrix24.reading import Got, Read, Value
from bitrix24.webhook import Webhook

PAGES = 10


class Asking:
    """A portal's methods by one client, each in a person's turn. Failures are PortalErrors."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def _ask(self, webhook: Webhook, read: Read[Value]) -> Got[Value]:
        answer = await self._client.call(webhook, read.method, read.given, size=LIST_SIZE)
        return Got(read.result_of(answer), answer.learned)

    async def _every_page(
        self, webhook: Webhook, page_of: Callable[[int], Read[tuple[Model, ...]]]
    ) -> Got[tuple[Model, ...]]:
        """All rows once. Pages say nothing about their number, so one that is empty, brings
        nothing new or is shorter than another before it ends the list."""
        rows: dict[Hashable, Model] = {}
        longest = 0
        for page in range(1, PAGES + 1):
            got = await self._ask(webhook, page_of(page))
            found = {_identity(row): row for row in got.value}
            is_last = len(got.value) < longest or found.keys() <= rows.keys()
            rows |= {identity: found[identity] for identity in found if identity not in rows}
            longest = max(longest, len(got.value))
            if is_last:
                break
        return Got(tuple(rows.values()), got.learned)

    async def _change(
        self, webhook: Webhook, method: str, params: Mapping[str, object], idempotency_key: str
    ) -> Answer:
        """One call that changes something, never repeated by itself."""
        given = {name: value for name, value in params.items() if value is not None}
        await self._client.turn(webhook, method)
        return await self._client.send_bytes(webhook, method, json_bytes(given), idempotency_key)

    def _there(self, webhook: Webhook, moment: datetime) -> datetime:
        """The moment in the portal's own offset, once an answer has told that."""
        offset = self._client.utc_offset(webhook)
        return moment if offset is None else moment.astimezone(timezone(offset))


def _identity(row: Model) -> Hashable:
    return getattr(row, "id", row)
