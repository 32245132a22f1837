"""The portal guard: decides for every single connection which addresses it may go to.

Names are checked when a webhook is read, but a name may stand for another address a minute
later; only the moment before the dial is safe, and aiohttp's socket factory is that moment.
"""

import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver

from bitrix24.errors import Failure, FailureCode, NotSent
from bitrix24.hosts import HostError, check_public
from bitrix24.trust import IpAddress, TrustedPortal, TrustedPortals
from bitrix24.webhook import Webhook

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP = (0x00005EFE, 0x02005EFE)
# Called global by Python's ipaddress, or reserved, but no portal lives there.
NOT_PORTALS = tuple(
    map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"))
)


class AddressRefused(OSError):
    """The guard let no connection out; one text for all, so that aiohttp keeps the class."""

    def __init__(self) -> None:
        super().__init__("address refused")


class Wire:
    """What the trace of one request saw. Before `headers_sent` nothing has left this machine."""

    def __init__(self) -> None:
        self.headers_sent = False


class Sessions:
    """One HTTP session per trust: one for the public internet, one per trusted portal.

    Sends have sessions of their own that never reuse a connection: a stale one would leave
    open whether the letter left. `is_public` and `resolver` are arguments for tests.
    """

    def __init__(
        self,
        trusted: TrustedPortals,
        *,
        is_public: Callable[[IpAddress], bool] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.trusted = trusted
        self._is_public = is_public or is_portal_address
        self._ssl_context = ssl_context
        self._resolver = resolver
        self._sessions: dict[tuple[TrustedPortal | None, bool], aiohttp.ClientSession] = {}

    def trusts(self, webhook: Webhook) -> bool:
        """Did the operator vouch for this portal?"""
        return self._entry(webhook) is not None

    def session_for(self, webhook: Webhook, *, sending: bool = False) -> aiohttp.ClientSession:
        """The session that may reach this portal; raises NotSent(host_refused) if none may."""
        entry = self._entry(webhook)
        if entry is None and not _may_be_public(webhook):
            raise NotSent(Failure(FailureCode.HOST_REFUSED))
        key = (entry, sending)
        if key not in self._sessions:
            allows = self._is_public if entry is None else entry.allows
            self._sessions[key] = self._open(allows, sending=sending)
        return self._sessions[key]

    async def close(self) -> None:
        """Closes every session; the object may be used again afterwards."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def _entry(self, webhook: Webhook) -> TrustedPortal | None:
        return self.trusted.entry_for(webhook.host, webhook.effective_port)

    def _open(self, allows: Callable[[IpAddress], bool], *, sending: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            socket_factory=_guard(allows),
            resolver=self._resolver,
            use_dns_cache=False,
            ssl=self._ssl_context or True,
            force_close=sending,
            limit=0,  # one portal that hangs must not use up the others' connections
        )
        return aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[_trace()],
        )


def is_own_address(address: IpAddress) -> bool:
    """Is it one of this machine's? Nothing is sent: the kernel only says which way it would go."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((str(address), 9))
        except OSError:  # no way there at all
            return False
        return ip_address(asking.getsockname()[0]) == address


def is_portal_address(
    address: IpAddress, *, is_own: Callable[[IpAddress], bool] = is_own_address
) -> bool:
    """May a portal that nobody vouched for have it? This machine's own services are none."""
    return is_public_address(address) and not is_own(address)


def is_public_address(address: IpAddress) -> bool:
    """Is it global unicast, and does every IPv4 address inside it say the same?"""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded:
            return all(map(is_public_address, embedded))
        return address in GLOBAL_UNICAST and address.is_global
    reserved = any(address in network for network in NOT_PORTALS)
    return address.is_global and not address.is_multicast and not reserved


def _embedded(address: IPv6Address) -> list[IpAddress]:
    """The IPv4 addresses that a relay, a gateway or the kernel would read out of this one."""
    last = ip_address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped or address in NAT64 or (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return [last]
    return [found for found in (address.sixtofour, *(address.teredo or ())) if found]


def _guard(allows: Callable[[IpAddress], bool]) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = info
        if not allows(ip_address(str(place[0]))):
            raise AddressRefused
        return socket.socket(family, kind, protocol)

    return open_socket


def _may_be_public(webhook: Webhook) -> bool:
    try:
        check_public(webhook.host)
    except HostError:
        return False
    return webhook.scheme == "https" and webhook.port is None


def _trace() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()

    async def note(
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        context.trace_request_ctx.headers_sent = True

    config.on_request_headers_sent.append(note)
    return config
