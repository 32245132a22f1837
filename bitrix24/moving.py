"""Reads where a portal that was renamed sends its callers (the cloud keeps the old name as a 302).

The new place gets the webhook's secret, so it must look like the same portal: the very same path,
a host that could have been pasted, and from the cloud only another one of the cloud.
"""

from dataclasses import replace
from urllib.parse import urlsplit

from bitrix24.errors import FailureCode
from bitrix24.hosts import is_cloud
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook, WebhookError, read_webhook

STATUSES = (301, 302, 307, 308)


def moved_to(
    webhook: Webhook, path: str, status: int, location: str, trusted: TrustedPortals
) -> Webhook | None:
    """The webhook at its new place, or None if this redirect is no reason to go there.

    `path` is the path that was called, prefix and secret included.
    """
    if status not in STATUSES:
        return None
    try:
        parts = urlsplit(location)
        found = read_webhook(location, trusted)
    except (ValueError, WebhookError):
        return None
    keeps_path = parts.path == path
    keeps_scheme = parts.scheme == found.scheme and parts.scheme in ("https", webhook.scheme)
    stays_in_cloud = is_cloud(found.host) or not is_cloud(webhook.host)
    if not (keeps_path and keeps_scheme and stays_in_cloud):
        return None
    moved = replace(webhook, scheme=found.scheme, host=found.host, port=found.port)
    return None if moved == webhook else moved


def redirect(webhook: Webhook, path: str, location: str) -> FailureCode:
    """What one that is not followed says: moved all the same, or only a page that wants a login."""
    try:
        parts = urlsplit(location)
        other_host = parts.hostname not in (None, webhook.host)
    except ValueError:
        return FailureCode.REDIRECTED
    moved = parts.path == path or (other_host and parts.path in ("", "/"))
    return FailureCode.MOVED if moved else FailureCode.REDIRECTED
