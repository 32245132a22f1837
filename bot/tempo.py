"""The program's times in one object, so that tests can run the same program with shorter ones."""

from dataclasses import dataclass

from bot.pacing import RATES, Rates
from mail.waits import WAITS, Waits


@dataclass(frozen=True, slots=True)
class Tempo:
    """The defaults are what people get."""

    waits: Waits = WAITS
    rates: Rates = RATES


TEMPO = Tempo()
