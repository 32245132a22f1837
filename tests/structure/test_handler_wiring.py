"""Every handler and filter is given what its signature asks for, by name and type."""

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, get_type_hints

import pytest
from aiogram import Bot
from aiogram.dispatcher.event.handler import FilterObject, HandlerObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message

from bot import wiring
from handlers import routers
from handlers.albums import Albums
from handlers.presses import PressAnswer
from handlers.texts import Catalogues, Texts
from storage.records.people import Person

# What middlewares and filters pass, beside the services that wiring builds.
PASSED = {
    "_": Texts,
    "person": Person,
    "cause": str,
    "received_at": datetime,
    "argument": str,
    "bot_username": str,
    "catalogues": Catalogues,
    "default_language": str,
    "albums": Albums,
    "bot": Bot,
    "answer": PressAnswer,
}
VARIOUS = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
EVENTS = (Message, CallbackQuery, Message | CallbackQuery)


def _services() -> dict[str, type]:
    """The names in wiring's table of services, with the classes that it builds."""
    source = inspect.getsource(wiring._services)
    classes = {name: value for name, value in vars(wiring).items() if isinstance(value, type)}
    found = {}
    for line in source.splitlines():
        name, _, made = line.strip().partition(": ")
        maker = made.partition("(")[0]
        if name.startswith('"') and maker in classes:
            found[name.strip('"')] = classes[maker]
    return found


def _handlers() -> Iterator[tuple[str, Callable[..., Any]]]:
    for router in (found for each in routers.ROUTERS for found in each.chain_tail):
        for kind in ("message", "edited_message", "callback_query"):
            for handler in router.observers[kind].handlers:
                yield _named(handler)
                for one in handler.filters or []:
                    if not inspect.isfunction(one.callback):
                        yield _named(one)


def _named(found: HandlerObject | FilterObject) -> tuple[str, Callable[..., Any]]:
    callback = found.callback
    if inspect.ismethod(callback):
        return type(callback.__self__).__name__, callback.__func__
    if not inspect.isfunction(callback):
        return type(callback).__name__, type(callback).__call__
    return f"{callback.__module__}.{callback.__name__}", callback


HANDLERS = dict(_handlers())


def test_the_services_and_handlers_were_found() -> None:
    assert {"people", "connections", "accounts", "drafts", "outbox"} <= set(_services())
    assert len(HANDLERS) > 15


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_handler_is_given_what_it_asks_for(name: str) -> None:
    handler = HANDLERS[name]
    hints = get_type_hints(handler)
    offered = PASSED | _services()
    for parameter in inspect.signature(handler).parameters.values():
        kind = hints.get(parameter.name)
        if parameter.name == "self" or kind in EVENTS or parameter.kind in VARIOUS:
            continue
        if parameter.name == "callback_data":
            assert isinstance(kind, type), name
            assert issubclass(kind, CallbackData), name
            continue
        assert parameter.name in offered, f"{name} asks for {parameter.name}"
        assert offered[parameter.name] == kind, f"{name}: {parameter.name} is another type"
