"""Every text of the bot exists in every shipped language, and no language holds more than that."""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_from_dir
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from handlers.texts import SHIPPED, SOURCE, Catalogues
from mail.fields import NO_ADDRESSES

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "mark": None, "plural": (1, 2)}
TRANSLATED = [locale for locale in SHIPPED if locale != SOURCE]

Text = tuple[str, ...]  # of a plural the form for one and the form for many


def used_texts() -> set[Text]:
    folders = (ROOT / "handlers", ROOT / "bot")
    found = (text for folder in folders for text in extract_from_dir(folder, keywords=KEYWORDS))
    return {forms(message) for _, _, message, *_ in found}


def forms(message: object) -> Text:
    """Babel gives one form as a text and several as a list or a tuple."""
    several = message if isinstance(message, list | tuple) else (message,)
    return tuple(str(form or "") for form in several)


def catalogue(locale: str) -> Catalog:
    with (ROOT / "locales" / locale / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def faults(used: set[Text], texts: Catalog) -> Iterator[str]:
    held = {forms(message.id): message for message in texts if message.id}
    yield from (f"not translated: {text}" for text in used - held.keys())
    yield from (f"nobody uses: {text}" for text in held.keys() - used)
    yield from (f"obsolete: {text}" for text in texts.obsolete)
    for text, message in held.items():
        # Of a plural the form for many is the measure: the one for one may do without its number.
        yield from _faults(message, text[-1], texts.num_plurals)


def twice(lines: str) -> list[str]:
    """Texts that stand more than once, of which a reader silently keeps the last."""
    found = re.findall(r"^msgid ((?:\".*\"(?:\n|$))+)", lines, re.MULTILINE)
    texts = Counter("".join(re.findall(r'"(.*)"', one)) for one in found)
    return sorted(text for text, times in texts.items() if times > 1)


def _faults(message: Message, original: str, plurals: int) -> Iterator[str]:
    translated = forms(message.string)
    if message.fuzzy:
        yield f"fuzzy: {original}"
    if not all(translated):
        yield f"empty: {original}"
    elif message.pluralizable and len(translated) != plurals:
        yield f"{len(translated)} plural forms: {original}"
    elif any(_placeholders(form) != _placeholders(original) for form in translated):
        yield f"other placeholders: {original}"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_catalogue_is_not_skipped_when_it_is_compiled(locale: str) -> None:
    assert not catalogue(locale).fuzzy, "pybabel compile passes over a fuzzy header in silence"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated_and_no_language_holds_more(locale: str) -> None:
    assert sorted(faults(used_texts(), catalogue(locale))) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_text_stands_in_a_catalogue_twice(locale: str) -> None:
    path = ROOT / "locales" / locale / "LC_MESSAGES" / "bot.po"
    assert twice(path.read_text(encoding="utf-8")) == []


def test_a_text_that_stands_twice_is_noticed() -> None:
    once = 'msgid ""\n"Send "\n"it"\nmsgstr "1"\n\nmsgid "Send"\nmsgstr "2"\n'
    assert twice(once) == []
    assert twice(once + '\nmsgid "Send it"\nmsgstr "3"\n') == ["Send it"]


def after_the_recipe(lines: str, folder: Path) -> str:
    """What the two commands of CONTRIBUTING make of a Russian catalogue."""
    made = folder / "ru" / "LC_MESSAGES" / "bot.po"
    made.parent.mkdir(parents=True)
    made.write_text(lines, encoding="utf-8")
    elsewhere = {"bot.pot": str(folder / "bot.pot"), "locales": str(folder)}
    recipe = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    pybabel: Callable[[list[str]], object] = CommandLineInterface().run
    for command in re.findall(r"^\.venv/bin/pybabel (?:extract|update) .+$", recipe, re.MULTILINE):
        words = [elsewhere.get(word, word) for word in shlex.split(command)]
        pybabel(["pybabel", "--quiet", *words[1:]])
    return made.read_text(encoding="utf-8")


def entries(lines: str) -> list[str]:
    """Without the header, which names Babel's version."""
    return [one for one in lines.strip().split("\n\n")[1:] if one]


def test_the_recipe_for_a_text_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    held = (ROOT / "locales" / "ru" / "LC_MESSAGES" / "bot.po").read_text(encoding="utf-8")
    after = after_the_recipe(held, tmp_path / "as it is")
    assert entries(held) == entries(after)
    header, *others = held.strip().split("\n\n")
    after = after_the_recipe("\n\n".join([header, *reversed(others)]), tmp_path / "reversed")
    assert entries(held) == entries(after), "the order is the recipe's, not that of the entries"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_label_that_empties_a_copy_can_be_typed(locale: str) -> None:
    message = catalogue(locale).get("None")
    assert message is not None
    assert str(message.string).lower() in NO_ADDRESSES


def test_every_folder_of_locales_is_shipped() -> None:
    assert {folder.name for folder in (ROOT / "locales").iterdir() if folder.is_dir()} == set(
        TRANSLATED
    )


def test_compiled_catalogues_are_loaded(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"bot\.mo"):
        Catalogues.load(tmp_path)
    for locale in TRANSLATED:
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "bot.mo").open("wb") as file:
            texts = Catalog(locale=locale)
            texts.add("Language", locale)
            write_mo(file, texts)
    loaded = Catalogues.load(tmp_path)
    for locale in TRANSLATED:
        assert loaded.for_language(locale, SOURCE)("Language") == locale
    assert loaded.for_language(SOURCE, SOURCE)("Language") == "Language"


def test_texts_are_found_as_renderers_write_them() -> None:
    code = b"""
def show(_, n):
    return _("Send"), _.plural("{n} letter", "{n} letters", n), [mark("Back")], _(code)
"""
    found = [message for _, message, *_ in extract("python", BytesIO(code), keywords=KEYWORDS)]
    assert found == ["Send", ("{n} letter", "{n} letters"), "Back"]


def entry(*translated: str) -> str:
    plural = "".join(f'msgstr[{index}] "{form}"\n' for index, form in enumerate(translated))
    return f'msgid "1 a"\nmsgid_plural "{{n}} a"\n{plural}'


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('msgid "Send"\nmsgstr "Отправить"', None),
        ('msgid "Hi {name}"\nmsgstr "Привет, {name}"', None),
        (entry("{n} б", "{n} в", "{n} г"), None),
        ('msgid "Send"\nmsgstr ""', "empty"),
        ('#, fuzzy\nmsgid "Send"\nmsgstr "Отправить"', "fuzzy"),
        ('msgid "Hi {name}"\nmsgstr "Привет, {nane}"', "other placeholders"),
        (entry("{n} б", "{n} в", ""), "empty"),
        (entry("{n} б", "{n} в"), "empty"),
        (entry("1 б", "{n} в", "{n} г"), "other placeholders"),
        ('#~ msgid "Old"\n#~ msgstr "Старое"', "obsolete"),
    ],
)
def test_a_faulty_catalogue_is_noticed(lines: str, fault: str | None) -> None:
    texts = read_po(BytesIO(lines.encode()), locale="ru")
    used = {forms(message.id) for message in texts if message.id}
    found = [text.partition(":")[0] for text in faults(used, texts)]
    assert found == ([fault] if fault else [])


def test_missing_and_surplus_texts_are_noticed() -> None:
    texts = read_po(BytesIO('msgid "Send"\nmsgstr "Отправить"'.encode()), locale="ru")
    assert set(faults({("Back",)}, texts)) == {
        "not translated: ('Back',)",
        "nobody uses: ('Send',)",
    }
