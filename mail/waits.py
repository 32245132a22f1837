"""How long a letter on its way waits for what: named once, with the reason for each figure."""

from dataclasses import dataclass
from datetime import timedelta

from bitrix24.hosts import is_cloud


@dataclass(frozen=True, slots=True)
class Waits:
    """Tests run the same program with shorter ones.

    `answer`: the client gives a call up after that. `cloud_run`, `own_run`: so long a call may run
    at the portal; self-hosted ones decide for themselves, five minutes are more than usual.
    """

    answer: timedelta = timedelta(seconds=75)
    cloud_run: timedelta = timedelta(seconds=60)
    own_run: timedelta = timedelta(seconds=300)
    lease_spare: timedelta = timedelta(seconds=45)
    quiet_spare: timedelta = timedelta(seconds=30)
    settled: timedelta = timedelta(seconds=3)  # after an answer that says the call is over
    key_safe: timedelta = timedelta(hours=23)  # portals keep keys for 24 h; one for the clocks
    expire: timedelta = timedelta(hours=24)  # a letter a day late is a new decision
    longest_pause: timedelta = timedelta(seconds=60)  # between two tries to reach a portal
    limit_pause: timedelta = timedelta(seconds=60)  # operating time is used up, until nobody knows
    told: timedelta = timedelta(seconds=90)  # of a longer pause a person is told when it ends
    look: timedelta = timedelta(seconds=120)  # looking for a letter takes a few reading calls
    ring: timedelta = timedelta(seconds=60)  # what waits no longer than this rings nobody
    pressed_meanwhile: timedelta = timedelta(seconds=5)  # at start, for Undo of while it was down
    reminders: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=24))

    def run(self, host: str) -> timedelta:
        """The longest that a call may run at this portal; the cloud ends each after a minute."""
        return self.cloud_run if is_cloud(host) else self.own_run

    def lease(self, host: str) -> timedelta:
        """Until then nobody else touches a row that is on the wire: its call must be dead."""
        return self.answer + self.run(host) + self.lease_spare

    def quiet(self, host: str) -> timedelta:
        """After a call without an answer: only then it is surely over at the portal."""
        return self.run(host) + self.quiet_spare

    def held_up(self, host: str) -> timedelta:
        """So long after its claim a call may still begin and end within the lease."""
        return self.lease(host) - self.answer - self.run(host)

    def pause(self, deferrals: int, jitter: float) -> timedelta:
        """Until the next try: 2, 4, 8 … 60 s, of which `jitter` (0 to 1) takes a share."""
        longest = min(timedelta(seconds=2 ** min(deferrals + 1, 10)), self.longest_pause)
        return longest * jitter


MAX_REPLAYS = 2  # calls that repeat the first one under its key
WAITS = Waits()
