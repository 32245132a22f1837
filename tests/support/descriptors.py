"""A process that can open no further file or socket: the kernel refuses."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OURS = 0  # the process that asks


@contextmanager
def no_descriptors(pid: int = OURS, *, spare: int = 0) -> Iterator[None]:
    """For the block, what is open stays open and only so many more can be opened."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (_first_free(pid) + spare, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def _first_free(pid: int) -> int:
    folder = Path(f"/proc/{pid or 'self'}/fd")
    taken = {int(each.name) for each in folder.iterdir() if each.exists() or each.is_symlink()}
    return next(number for number in range(len(taken) + 1) if number not in taken)
