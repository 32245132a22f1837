"""The tests' own table against a machine-readable list of the method pages, where one is at hand.

The list is no part of this project; whoever has it keeps it in a folder `contract` of a
neighbouring folder. Without it the table stands for itself.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.portal.mail_methods import MAIL_METHODS, WRITES

from .portal_table import LETTER, PAGES, V3

FOUND = sorted(Path(__file__).resolve().parents[4].glob("*/contract/bitrix24-mail-methods.json"))
needs_list = pytest.mark.skipif(not FOUND, reason="no list of the method pages beside the checkout")


def page(method: str) -> Any:
    return json.loads(FOUND[0].read_text())["methods"][method]


@needs_list
def test_all_methods_are_there() -> None:
    listed = json.loads(FOUND[0].read_text())["methods"]
    assert set(PAGES) == set(listed) == set(MAIL_METHODS)
    assert {method for method, each in listed.items() if each["writes"]} == WRITES


@needs_list
@pytest.mark.parametrize("method", PAGES)
def test_parameters(method: str) -> None:
    written = {each["name"] + "*" * each["required"] for each in page(method)["params"]}
    assert set(PAGES[method].parameters) == written


@needs_list
@pytest.mark.parametrize("method", PAGES)
def test_result(method: str) -> None:
    names = {"integer": int, "string": str, "boolean": bool, "array": list, "any": object}
    result = page(method)["result"]
    written = {each["name"]: names[re.split("[<|]", each["type"])[0]] for each in result["fields"]}
    assert (PAGES[method].path, PAGES[method].keys) == (result["path"], written)


@needs_list
@pytest.mark.parametrize("method", PAGES)
def test_errors(method: str) -> None:
    written = {each["code"].removeprefix(V3) for each in page(method)["errors"]}
    assert PAGES[method].errors == written


def test_letters_are_alike_in_list_and_get() -> None:
    assert PAGES["mail.message.list"].keys == PAGES["mail.message.get"].keys == LETTER
    assert len(LETTER) == 13
