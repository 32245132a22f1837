"""What a figure is: rows of a table, each with its bar, where there is one, and how it was met."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MOST_OF_A_CPU = 0.5  # a server side that used more may have been what was measured


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `met` is None where there is no bar. `server_share`: of one CPU, used by the other side while
    this was measured; None where no other side takes part.
    """

    what: str
    measured: str
    bar: str = ""
    met: bool | None = None
    server_share: float | None = None

    @property
    def verdict(self) -> str:
        if self.server_share is not None and self.server_share > MOST_OF_A_CPU:
            return "void"
        return {None: "", True: "met", False: "not met"}[self.met]


Figure = Callable[[], Awaitable[list[Row]]]


def table(rows: list[Row]) -> str:
    """In Markdown."""
    head = ("What", "Measured", "Bar", "", "Server side")
    lines = [_line(head), _line(("---",) * len(head))]
    return "\n".join(lines + [_line(_cells(row)) for row in rows])


def _cells(row: Row) -> tuple[str, ...]:
    share = "" if row.server_share is None else f"{row.server_share:.0%} of a CPU"
    return row.what, row.measured, row.bar, row.verdict, share


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
