"""On which kind of file system a folder lies: SQLite's journal and locks need one of this machine
(wal.html, "all processes must be on the same host"; howtocorrupt.html 2.1)."""

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")  # proc(5); other systems have no such file

_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.glusterfs"}
)
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


def is_on_network(folder: Path, mounts: Path = MOUNTS) -> bool:
    """False where nobody says what is mounted."""
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    return _kind(folder.resolve(), lines) in _NETWORK


def _kind(folder: Path, lines: list[str]) -> str:
    """The deepest mount that holds the folder; of several at one place the last lies on top."""
    deepest, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), before.split()[4]))
        if folder.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, kind = len(point.parts), after.split()[0]
    return kind
