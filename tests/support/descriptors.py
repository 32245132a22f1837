"""A process that can open no further file or socket: the kernel refuses."""

import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

OURS = 0  # the process that asks


def no_descriptors(pid: int = OURS, *, spare: int = 0) -> AbstractContextManager[None]:
    """For the block, what is open stays open and only so many more can be opened."""
    return at_most(_first_free(pid) + spare, pid)


@contextmanager
def at_most(most: int, pid: int = OURS) -> Iterator[None]:
    """For the block, no descriptor can be opened whose number is not below this one."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def _first_free(pid: int) -> int:
    folder = Path(f"/proc/{pid or 'self'}/fd")
    taken = {int(each.name) for each in folder.iterdir() if each.exists() or each.is_symlink()}
    return next(number for number in range(len(taken) + 1) if number not in taken)
