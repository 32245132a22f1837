"""How the text of a setting becomes its value.

Each reader takes the trimmed text of one variable. It raises Wrong with what is wrong with it, but
never with the text itself; or any other ValueError where the setting's description says enough.
"""

import ipaddress
import os
import re
import ssl
import stat
from pathlib import Path
from urllib.parse import urlsplit

from bitrix24.rates import PortalRates
from bitrix24.trust import TrustedPortals
from storage.sealing import SecretKeys

DEFAULT_DATABASE_URL = "sqlite:///data/bot.db"

_SQLITE = "sqlite:///"
_POSTGRES = re.compile(r"postgres(ql)?(\+\w+)?:", re.IGNORECASE)
_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
# A named pipe is opened, too, instead of waiting for somebody to write into it.
_READ_WITHOUT_WAITING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_LONGEST_KEY_FILE = 10_000  # bytes; hundreds of keys


class Wrong(ValueError):
    """A text that may be shown, without a full stop; libraries' own may quote the value."""


def bot_token(text: str) -> str:
    return _matching(r"[0-9]{1,19}:[A-Za-z0-9_-]+", text)


def secret_key(text: str) -> str:
    try:
        SecretKeys.read(text)
    except ValueError as error:  # its sentence names the key by its place
        raise Wrong(str(error)) from None
    return text


def secret_key_file(path: str | None) -> str | None:
    """The key text that the file holds; nobody but its owner may be able to read the file."""
    if path is None:
        return None
    try:
        text = _read_private(Path(path))
    except OSError as error:
        raise Wrong(f"the file cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise Wrong("the file does not hold a key") from None
    return secret_key(text.strip())


def database_url(text: str) -> str:
    if _POSTGRES.match(text):
        raise Wrong(
            "DATABASE_URL names PostgreSQL, but this version keeps its data in SQLite:"
            " it must be sqlite:///path/to/file.db"
        )
    if not text.startswith(_SQLITE) or text == _SQLITE or set(text) & set("?#"):
        raise ValueError
    try:
        _check_place(database_path(text), must_exist=text != DEFAULT_DATABASE_URL)
    except OSError as error:
        raise Wrong(f"the folder it names cannot be read ({error.strerror})") from None
    return text


def database_path(url: str) -> Path:
    return Path(url.removeprefix(_SQLITE))


def _check_place(path: Path, *, must_exist: bool) -> None:
    if path.is_dir():
        raise Wrong("it names a folder; it must name a file in it")
    if must_exist and not path.parent.is_dir():
        raise Wrong("the folder it names does not exist; make it first")


def telegram_api_url(text: str) -> str:
    """The address without a slash at its end."""
    parts = urlsplit(text)
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError
    if parts.scheme not in ("https", "http") or parts.port == 0 or not _is_plain(text):
        raise ValueError
    if parts.scheme == "http" and not _is_near(parts.hostname):
        raise ValueError
    return text.rstrip("/")


def admins(text: str) -> frozenset[int]:
    pieces = text.replace(",", " ").split()
    return frozenset(int(_matching(r"[1-9][0-9]{0,15}", piece)) for piece in pieces)


def trusted_portals(text: str) -> TrustedPortals:
    for place, entry in enumerate(text.split(","), start=1):
        try:
            TrustedPortals.read(entry)
        except ValueError:  # its sentence quotes the entry, which may be a pasted webhook
            raise Wrong(
                f"entry {place} is not a host or host:port, either with =CIDR,"
                " like portal.example:8443=10.1.2.0/24"
            ) from None
    return TrustedPortals.read(text)


def portal_rates(text: str) -> PortalRates:
    for place, entry in enumerate(text.split(","), start=1):
        try:
            PortalRates.read(entry)
        except ValueError:
            raise Wrong(
                f"entry {place} is not a host or host:port with =size/per second,"
                " like portal.example=250/5"
            ) from None
    return PortalRates.read(text)


def portal_ca_file(path: str) -> ssl.SSLContext:
    """Trusts the certificates in the file, and those that this machine trusts anyway."""
    if not Path(path).is_file():
        raise Wrong("it does not name a file")
    alone, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.create_default_context()
    try:
        for context in (alone, trusting):
            context.load_verify_locations(path)
    except ssl.SSLError:
        raise Wrong("the file holds no certificate in PEM form") from None
    except OSError as error:
        raise Wrong(f"the file cannot be read ({error.strerror})") from None
    if not alone.cert_store_stats()["x509"]:
        raise Wrong("the file holds no certificate in PEM form")
    return trusting


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError
    return text


def _read_private(path: Path) -> str:
    # The rights are asked of the open file, so that the file read is the file judged.
    with os.fdopen(os.open(path, _READ_WITHOUT_WAITING), encoding="utf-8") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise Wrong("it does not name a file")
        if mode & 0o077:
            raise Wrong("other users may read the file; run `chmod 600` on it")
        return file.read(_LONGEST_KEY_FILE)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(" \\\"'<>")


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE)
