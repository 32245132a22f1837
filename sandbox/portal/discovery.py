"""What a portal tells of itself: its methods and their scopes."""

from dataclasses import dataclass
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.mail_methods import MAIL_METHODS


@dataclass(frozen=True)
class Bare:
    """An answer that comes as it is, without `result` and `time`."""

    document: Any


def openapi(call: Incoming) -> Bare:
    """Page `rest.documentation.openapi`: `paths` has what this portal has for these scopes."""
    return Bare(
        {
            "openapi": "3.0.0",
            "info": {"title": "REST 3.0", "version": "1.0.0"},
            "paths": {
                f"/{name}": {"post": {"operationId": name, "responses": {"200": {}}}}
                for name in sorted([*METHODS, *_mail_methods(call)])
            },
        }
    )


def scopes(call: Incoming) -> Any:
    """`rest.scope.list`: its shape is not documented."""
    return dict.fromkeys(_mail_methods(call), "mail") | dict.fromkeys(METHODS, "rest")


def _mail_methods(call: Incoming) -> list[str]:
    """Those that are there, and that this webhook may call."""
    granted = "mail" in call.webhook.scopes
    return [each for each in MAIL_METHODS if granted and each not in call.portal.hidden_methods]


METHODS: dict[str, Method] = {
    "documentation": openapi,
    "rest.documentation.openapi": openapi,
    "rest.scope.list": scopes,
}
