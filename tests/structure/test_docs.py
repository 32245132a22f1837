"""What the pages say is there, is there: commands, settings, links, modules."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.menu import menu
from tests.integration.languages import EN

ROOT = Path(__file__).parents[2]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^ *```$(.*?)^ *```$|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"^\| `([A-Z_]+)` \|(.*?)\|", re.MULTILINE)
SETTING = re.compile(r"^#?([A-Z_]+)=(.*)$", re.MULTILINE)
ROOM = re.compile(r"\*\*`([a-z0-9]+)/`\*\*(.*?)(?=\n\n)", re.DOTALL)


def code(text: str) -> list[str]:
    """What stands between backticks, in lines and in blocks."""
    return [block or line for block, line in CODE.findall(text)]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_the_pages_that_newcomers_expect_are_there() -> None:
    expected = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"}
    assert expected <= {name(page) for page in PAGES}
    assert "MIT License" in (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text())]
    here = [target for target in targets if target and "://" not in target]
    assert [target for target in here if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = [
        path for text in code(page.read_text()) for path in re.findall(r"[\w/]+/\w+\.py", text)
    ]
    assert [path for path in named if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_commands_of_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = re.findall(r"\bmake (?:[A-Z]+=\S+ )*([a-z]+)", "\n".join(code(page.read_text())))
    assert set(commands) <= targets


def test_the_readme_names_every_make_command_that_a_newcomer_needs() -> None:
    commands = set(re.findall(r"\bmake (\w+)", "\n".join(code(README))))
    assert {"setup", "demo", "test", "check", "run", "fix"} <= commands


def test_every_setting_of_the_example_is_in_the_readme_with_its_default() -> None:
    example = dict(SETTING.findall((ROOT / ".env.example").read_text()))
    table = {setting: default.strip("` ") for setting, default in ROW.findall(README)}
    required = {"BOT_TOKEN", "SECRET_KEY"}
    assert table == {n: "required" if n in required else text for n, text in example.items()}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_to_the_bot_are_registered(page: Path) -> None:
    registered = {command for command, _ in menu(EN, admin=True)}
    said = [re.match(r"/(\w+)(?: |$)", text) for text in code(page.read_text())]
    assert {match[1] for match in said if match} <= registered


def test_the_readme_names_every_command_that_does_something_to_mail() -> None:
    said = "\n".join(code(README))
    assert all(f"/{command}" in said for command in ("start", "connect", "reply"))


def test_the_program_starts_and_knows_the_commands_of_the_pages() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = set(re.findall(r"^    (\w+) ", help_text, re.MULTILINE))
    said = {
        command
        for page in PAGES
        for text in code(page.read_text())
        for command in re.findall(r"python -m bot (\w+)", text)
    }
    assert said
    assert said <= known


def test_the_demo_can_be_imported_as_a_program() -> None:
    assert importlib.import_module("sandbox.__main__").run_demo


def rooms() -> Iterator[tuple[str, str]]:
    return ((room, text) for room, text in ROOM.findall(ARCHITECTURE))


def test_every_package_has_its_paragraph_and_every_paragraph_its_folder() -> None:
    described = [room for room, _ in rooms()]
    packages = {folder.parent.name for folder in ROOT.glob("*/__init__.py")}
    assert packages <= set(described)
    assert [room for room in described if not (ROOT / room).is_dir()] == []


def test_modules_that_a_paragraph_names_are_in_its_package() -> None:
    assert [word for room, text in rooms() for word in missing(room, text)] == []


def missing(room: str, text: str) -> Iterator[str]:
    """Words in backticks that name nothing in the room, nor another room; `_card` is an ending."""
    for word in code(text):
        if not re.fullmatch(r"\w+/?", word) or (word.startswith("_") and not word.endswith("_")):
            continue
        places = (ROOT / room / word, ROOT / room / f"{word}.py", ROOT / word)
        if not any(place.exists() for place in places):
            yield f"{room}: {word}"


def test_a_module_that_is_no_more_is_noticed() -> None:
    assert list(missing("mail", "`drafts` and `storage`, but no `carrier_pigeons`")) == [
        "mail: carrier_pigeons"
    ]


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/decisions/*.md")), ids=name)
def test_a_decision_says_why_and_what_follows(page: Path) -> None:
    number = int(page.name[:4])
    text = page.read_text()
    assert text.startswith(f"# {number}. ")
    for part in ("**Summary.**", "## Context", "## Decision", "Rejected:", "## Consequences"):
        assert part in text, part


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(page.name[:4]) for page in ROOT.glob("docs/decisions/*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_to_change_stands_in_the_files_that_are_named_for_it() -> None:
    table = ARCHITECTURE.partition("### Where to change what")[2].partition("\n## ")[0]
    rows = [code(line) for line in table.splitlines() if line.startswith("| ")]
    missing = [
        (name, files)
        for row in rows
        if (files := [each for each in row if each.endswith(".py")])
        for name in row
        if re.fullmatch(r"\w+", name) and not any(name in (ROOT / f).read_text() for f in files)
    ]
    assert missing == []
    assert len(rows) > 15
