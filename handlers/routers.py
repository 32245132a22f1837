"""All routers in their order: few, and the most frequent kinds of update first."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Dispatcher, Router

from handlers import (
    accounts,
    admission,
    basics,
    compose,
    connect,
    invite,
    leftovers,
    offers,
    outbox,
    typed,
)
from handlers.answers import Answering
from handlers.causes import Causes
from handlers.commands import AnyCommand
from handlers.filters import PrivateChat
from handlers.lateness import Lateness
from handlers.presses import AnswersPresses, Presses

# What else is typed passes all of these with one look.
commands = Router(name="commands")
commands.message.filter(PrivateChat(), AnyCommand())
commands.include_routers(
    connect.router,
    admission.router,
    accounts.router,
    outbox.router,
    invite.router,
    basics.router,
    compose.router,
)

ROUTERS = (
    connect.groups,
    basics.groups,
    connect.secrets,
    commands,
    typed.router,
    offers.router,
    leftovers.router,
)


def include(dispatcher: Dispatcher, presses: Presses, clock: Callable[[], datetime]) -> None:
    """Puts the handlers and what surrounds them into the dispatcher."""
    dispatcher.update.outer_middleware(Causes())
    dispatcher.callback_query.outer_middleware(AnswersPresses(presses))
    for observer in (dispatcher.message, dispatcher.edited_message, dispatcher.callback_query):
        observer.outer_middleware(admission.Admission())
        observer.middleware(Answering())
    dispatcher.message.middleware(Lateness(clock))
    dispatcher.include_routers(*ROUTERS)
