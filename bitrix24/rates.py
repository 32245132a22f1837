"""How many calls each portal allows: by default what the REST limits page says of most plans."""

import re
from dataclasses import dataclass

from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook

_RATE = re.compile(r"([1-9][0-9]{0,5})/([0-9]{1,5}(?:\.[0-9]{1,3})?)")


@dataclass(frozen=True)
class Rate:
    """A leaky bucket: `size` calls at once, and what drains a second."""

    size: int = 50
    per_second: float = 2.0


@dataclass(frozen=True)
class PortalRates:
    """The setting's entries by host, or host and port; other portals have the default."""

    entries: tuple[tuple[str, int | None, Rate], ...] = ()

    @classmethod
    def read(cls, text: str) -> "PortalRates":
        """Reads `host=250/5` or `host:port=250/5`, separated by commas.

        Raises ValueError with one sentence that says which entry is wrong.
        """
        entries = (entry.strip() for entry in text.split(","))
        return cls(tuple(_entry(entry) for entry in entries if entry))

    def rate_for(self, webhook: Webhook) -> Rate:
        """An entry with the port goes before one without."""
        ports = (webhook.effective_port, None)
        known = {(host, port): rate for host, port, rate in reversed(self.entries)}
        return next(
            (known[webhook.host, port] for port in ports if (webhook.host, port) in known), Rate()
        )


def _entry(text: str) -> tuple[str, int | None, Rate]:
    place, _, rate = text.partition("=")
    found = _RATE.fullmatch(rate.strip())
    if found is None or not float(found[2]):
        raise ValueError(f"“{text}” is not host=size/per second, like portal.example=250/5.")
    portal = TrustedPortals.read(place).entries  # hosts and ports are written as they are there
    if len(portal) != 1:
        raise ValueError(f"“{text}” names no host.")
    return portal[0].host, portal[0].port, Rate(int(found[1]), float(found[2]))
