"""Which portals the operator trusts: only these may be private, use http or another port."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

HTTP_PORT = 80
HTTPS_PORT = 443


@dataclass(frozen=True)
class TrustedPortal:
    """One entry: host, port (None: 443 and 80), where it may resolve to (None: anywhere)."""

    host: str
    port: int | None = None
    network: IpNetwork | None = None

    def matches(self, host: str, port: int) -> bool:
        """Is it this entry's portal? The host as `Webhook.host` has it."""
        ports = (HTTP_PORT, HTTPS_PORT) if self.port is None else (self.port,)
        return host == self.host and port in ports

    def allows(self, address: IpAddress) -> bool:
        """May this portal's name stand for that address?"""
        if self.network is None:
            return True
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return (mapped or address) in self.network


@dataclass(frozen=True)
class TrustedPortals:
    """The setting's entries, in its order."""

    entries: tuple[TrustedPortal, ...] = ()

    @classmethod
    def read(cls, text: str) -> "TrustedPortals":
        """Reads `host`, `host:port`, either with `=CIDR`, separated by commas.

        Raises ValueError with one sentence that says which entry is wrong.
        """
        entries = (entry.strip() for entry in text.split(","))
        return cls(tuple(_entry(entry) for entry in entries if entry))

    def entry_for(self, host: str, port: int) -> TrustedPortal | None:
        """The entry that covers this host and port; one with the port goes first."""
        fitting = [entry for entry in self.entries if entry.matches(host, port)]
        return min(fitting, key=lambda entry: entry.port is None, default=None)


def _entry(text: str) -> TrustedPortal:
    place, has_network, network = text.partition("=")
    host, port = _place(place.strip(), text)
    return TrustedPortal(host, port, _network(network.strip(), text) if has_network else None)


def _place(place: str, entry: str) -> tuple[str, int | None]:
    bare = place.strip("[]")
    if _is_address(bare):
        return str(ip_address(bare)), None
    host, has_port, port = place.rpartition(":")
    if not has_port:
        return _host(place, entry), None
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"The port in “{entry}” is not a number from 1 to 65535.")
    host = host.strip("[]")
    return (str(ip_address(host)) if _is_address(host) else _host(host, entry)), int(port)


def _host(host: str, entry: str) -> str:
    if not host or not all(part.isalnum() or part in "-._" for part in host):
        raise ValueError(f"“{entry}” is not a host, host:port, or either with =CIDR.")
    if host.isascii():
        return host.lower()
    return _punycode(host, entry)


def _punycode(host: str, entry: str) -> str:
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"“{entry}” holds a host name that does not exist.") from None


def _network(text: str, entry: str) -> IpNetwork:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"The range in “{entry}” is not a CIDR such as 10.1.2.0/24.") from None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
