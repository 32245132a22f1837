"""The classic methods that are asked at first contact: who is this, and with which rights?"""

from typing import Any

from sandbox.portal.call import Incoming, Method


def profile(call: Incoming) -> Any:
    """Page `profile`: `ID` is text; an inactive person gives an empty object, in PHP `[]`."""
    person = call.employee
    if not person.active:
        return []
    return {
        "ID": str(person.id),
        "ADMIN": person.admin,
        "NAME": person.name,
        "LAST_NAME": person.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": person.time_zone,
    }


def scope(call: Incoming) -> Any:
    """Page `scope`: the names of what the webhook was granted."""
    return list(call.webhook.scopes)


def server_time(call: Incoming) -> Any:
    """Page `server.time`."""
    return call.portal.clock().astimezone(call.profile.zone).isoformat(timespec="seconds")


METHODS: dict[str, Method] = {"profile": profile, "scope": scope, "server.time": server_time}
