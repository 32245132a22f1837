"""Everything that speaks to Telegram: the bot, the dispatcher, and the loops around them."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from aiogram import Bot, Dispatcher
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, User

from bot.deliver import Delivery
from bot.messages import Messages
from bot.outage import Outage
from bot.own_words import SpeakingBot, dropping
from bot.pacing import RATES, Pacing, Rates
from bot.presses import Clocks
from bot.reading import handling
from bot.receive import Receiver
from bot.settings import Settings
from bot.stopping import unless_stopped
from bot.tasks import Stop, Tasks
from bot.telegram import TelegramSession, optional
from bot.telegram_endings import TokenRefused
from bot.work import Worker
from handlers import routers
from handlers.admin_menu import show_admin_menu
from handlers.albums import Albums
from handlers.menu import menu
from handlers.notices import renderer
from handlers.presses import Presses
from handlers.texts import SHIPPED, Catalogues, Texts
from mail.admins import Admins
from mail.delivery import owe_unreadable
from mail.ports import Clock
from storage import people
from storage.database import Database
from storage.ids import new_id

LOCALES: Final = Path(__file__).parents[1] / "locales"

log = logging.getLogger(__name__)


def since_boot() -> float:
    """Seconds on a clock that nobody sets and that counts the time in which the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class TelegramSide:
    """Made before Telegram is met; `run` waits for it."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        tasks: Tasks,
        *,
        clock: Clock,
        services: Mapping[str, object],
        rates: Rates = RATES,
        on_fetched: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._tasks = tasks
        self._catalogues = Catalogues.load(LOCALES)
        self._clock = clock
        self._services = services
        self._pacing = Pacing(rates)
        # It quotes the errors of handlers; the worker tells of them without anybody's words.
        logging.getLogger("aiogram.event").setLevel(logging.CRITICAL)
        session = TelegramSession(
            settings.telegram_api_url, on_unauthorized=lambda: tasks.end(TokenRefused())
        )
        self._bot = Bot(settings.bot_token.get_secret_value(), session=session)
        self._presses = Presses()
        self._delivery = Delivery(
            database,
            Messages(self._bot, renderer(self._catalogues, settings.default_language), clock),
            self._pacing,
            Admins(settings.admins),
            tasks.spawn,
            clock=clock,
            monotonic=time.monotonic,
        )
        self._receiver = Receiver(
            self._bot,
            database,
            new_id=new_id,
            monotonic=time.monotonic,
            since_boot=since_boot,
            sleep=asyncio.sleep,
            outage=Outage(
                self._bot,
                self._texts,
                self._presses,
                tasks.spawn_repeatable,
                monotonic=time.monotonic,
            ),
            clocks=Clocks(self._bot, self._presses, tasks.spawn),
            renew=session.renew,
            on_return=self._delivery.returned,
            on_fetched=on_fetched,
        )
        self._met = False

    def _texts(self, language: str) -> Texts:
        return self._catalogues.for_language(language, str(self._settings.default_language))

    async def run(self, stop: Stop) -> None:
        """Meets Telegram, once, then receives until stopped. Raises what ends the program."""
        if not self._met:
            me = await self._receiver.meet(stop)
            if me is None:
                return
            await self._database.claim_bot(me.id)
            await self._start(me, stop)
            self._met = True
            log.info("running as @%s", me.username)
        await self._receiver.run(stop)

    async def _start(self, me: User, stop: Stop) -> None:
        speaking = SpeakingBot(
            self._bot.token,
            self._bot.session,
            self._pacing,
            stop=stop,
            monotonic=time.monotonic,
            sleep=asyncio.sleep,
        )
        worker = Worker(
            self._database,
            dropping(handling(self._dispatcher(me), speaking)),
            spawn=self._tasks.spawn,
            on_quarantine=owe_unreadable,
        )
        delivery = self._delivery
        await delivery.recover()
        self._tasks.start("updates", worker.run)
        self._tasks.start("notices", lambda stop: unless_stopped(stop, delivery.run(stop)))
        self._tasks.spawn("menu", self._register_menu())

    def _dispatcher(self, me: User) -> Dispatcher:
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.workflow_data.update(
            self._services,
            bot_username=me.username or "",
            catalogues=self._catalogues,
            default_language=str(self._settings.default_language),
            albums=Albums(),
        )
        routers.include(dispatcher, self._presses, self._clock)
        return dispatcher

    async def _register_menu(self) -> None:
        """The commands menu in every language; a server without it does no harm."""
        for language in SHIPPED:
            texts = self._catalogues.for_language(language, language)
            commands = [BotCommand(command=name, description=said) for name, said in menu(texts)]
            registered = await optional(
                self._bot.set_my_commands(
                    commands,
                    scope=BotCommandScopeAllPrivateChats(),
                    language_code=None if language == "en" else language,
                )
            )
            if registered is None:
                return
        for admin in await self._database.read(people.admins):
            await show_admin_menu(self._bot, self._catalogues, admin.id)

    async def close(self) -> None:
        """Closes the HTTP session."""
        await self._bot.session.close()
