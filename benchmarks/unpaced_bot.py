"""The shipped bot, for which a second of Telegram's limits is a millisecond: what could it do?"""

import sys
from dataclasses import replace
from functools import partial

from bot import __main__, run
from bot.leaving import leave_when_asked
from bot.pacing import RATES
from bot.tempo import TEMPO

UNPACED = replace(
    TEMPO, rates=replace(RATES, second=RATES.second / 1000, minute=RATES.minute / 1000)
)

if __name__ == "__main__":
    leave_when_asked()
    sys.exit(__main__.ended(partial(run.main, UNPACED)))
