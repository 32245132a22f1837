"""Figures of long games, for docs/crash.md: kept in the folder CRASH_FIGURES, where that is set."""

import json
import os
from pathlib import Path


def keep(name: str, figures: dict[str, object]) -> None:
    folder = os.environ.get("CRASH_FIGURES")
    if folder:
        Path(folder, f"{name}.json").write_text(json.dumps(figures))
