"""Successes: every form that is documented or was observed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.envelope import Answer, read_answer
from bitrix24.learned import Learned

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def read(document: object, headers: dict[str, str] | None = None, key: str | None = None) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_answer(200, headers or {}, body, now=NOW, idempotency_key=key)


@pytest.mark.parametrize(
    "result", [{"item": {}}, {"items": []}, {"result": True}, True, [], {}, None, "text"]
)
def test_every_inner_form_is_a_result(result: object) -> None:
    assert read({"result": result}) == Answer(result, Learned())
    assert read({"result": result, "error": None, "extra": 1}).result == result


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read('\ufeff{"result": "пять"}'.encode()).result == "пять"


@pytest.mark.parametrize(
    ("time", "learned"),
    [
        (
            {
                "start": 1788249600,
                "date_start": "2026-09-01T11:00:00+03:00",
                "operating": 0.5,
                "operating_reset_at": 1788250200,
            },
            Learned(
                operating=0.5,
                operating_reset_at=datetime(2026, 9, 1, 8, 10, tzinfo=UTC),
                utc_offset=timedelta(hours=3),
            ),
        ),
        ({"operating": "12", "operating_reset_at": "1788250200"},
         Learned(operating=12.0, operating_reset_at=datetime(2026, 9, 1, 8, 10, tzinfo=UTC))),
        ({"operating": None, "operating_reset_at": 0, "date_start": ""}, Learned()),
        ({"operating": 10**400, "operating_reset_at": 10**18, "date_start": 5}, Learned()),
        ({"operating": "nan", "operating_reset_at": "soon", "date_start": "today"}, Learned()),
        ({"date_start": "2026-09-01 11:00:00"}, Learned()),
        ([], Learned()),
        ("2026", Learned()),
    ],
)  # fmt: skip
def test_the_time_block_is_optional_in_all_its_parts(time: object, learned: Learned) -> None:
    assert read({"result": [], "time": time}).learned == learned


def test_an_echoed_key_proves_idempotency_and_silence_disproves_it() -> None:
    echo = {"Idempotency-Key": "k-1"}
    assert read({"result": 1}, echo, key="k-1").learned == Learned(idempotency="proven")
    assert read({"result": 1}, {}, key="k-1").learned == Learned(idempotency="absent")
    assert read({"result": 1}, {"Idempotency-Key": "k-2"}, key="k-1").learned == Learned(
        idempotency="absent"
    )
    assert read({"result": 1}, echo).learned == Learned()


def test_a_replayed_answer_is_known_as_one() -> None:
    headers = {"Idempotency-Key": "k-1", "Idempotent-Replayed": "true"}
    assert read({"result": 1}, headers, key="k-1").learned.replayed
    assert not read({"result": 1}, {"Idempotency-Key": "k-1"}, key="k-1").learned.replayed
