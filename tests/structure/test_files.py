"""Whoever opens and closes the database's file in our process drops SQLite's locks on it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

READERS = {"read_bytes", "read_text", "write_bytes", "write_text", "fdopen", "open"}

# Everything in the program that opens a file at all, and why it is not the database.
KNOWN = {
    "bot/lock.py": "the lock beside it",
    "bot/setting_values.py": "the file of SECRET_KEY",
    "storage/mark.py": "the mark beside it",
    "storage/mounts.py": "what is mounted",
    "storage/place.py": "a new file before it has its name, and the folder",
}


def opens_files(source: str) -> bool:
    """Methods of our own that are called `open`, such as a transaction's, are not meant."""
    return any(
        (isinstance(node, ast.Name) and node.id == "open" and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Import) and any(one.name == "shutil" for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "shutil")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in READERS
            and (
                node.attr != "open" or (isinstance(node.value, ast.Name) and node.value.id == "os")
            )
        )
        for node in ast.walk(ast.parse(source))
    )


def test_nobody_opens_the_database_but_sqlite() -> None:
    packages = ("bot", "handlers", "mail", "bitrix24", "storage")
    files = [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]
    found = {str(file.relative_to(ROOT)) for file in files if opens_files(file.read_text())}
    assert found == set(KNOWN)


@pytest.mark.parametrize(
    "source", ["open(path)", "path.read_bytes()", "os.open(path, 0)", "import shutil"]
)
def test_the_scan_sees_what_opens_a_file(source: str) -> None:
    assert opens_files(source)
    assert not opens_files("tx.open(owner)")
