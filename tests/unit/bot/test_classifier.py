"""What each error of a Telegram call proves, over the whole table of errors and refusals."""

import json

import pytest
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramNetworkError
from aiogram.methods import SendMessage

from bot.telegram import NotSent, TelegramSession, plainly
from bot.verdicts import Outcome, Verdict, classify

BOT = Bot("42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", session=TelegramSession())
METHOD = SendMessage(chat_id=7, text="private words")


def error_of(status: int, content: str) -> AiogramError:
    """The error that such an answer becomes."""
    with pytest.raises(AiogramError) as caught:
        BOT.session.check_response(BOT, METHOD, status, content)
    return caught.value


def refusal(status: int, description: str, **parameters: int) -> AiogramError:
    answer = {"ok": False, "description": description, "parameters": parameters}
    return error_of(status, json.dumps(answer))


@pytest.mark.parametrize(
    ("status", "description", "outcome"),
    [
        (400, "Bad Request: message is not modified: specified new message …", "not_modified"),
        (400, "Bad Request: message to edit not found", "not_found"),
        (400, "Bad Request: message to delete not found", "not_found"),
        (400, "Bad Request: message to be replied not found", "not_found"),
        (400, "Bad Request: MESSAGE_ID_INVALID", "not_found"),
        (400, "Bad Request: message can't be edited", "too_old"),
        (400, "Bad Request: message can't be deleted for everyone", "too_old"),
        (
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
            "too_old_query",
        ),
        (400, "Bad Request: QUERY_ID_INVALID", "too_old_query"),
        (400, "Bad Request: can't parse entities: Unsupported start tag", "entities"),
        (400, "Bad Request: ENTITY_BOUNDS_INVALID", "entities"),
        (400, "Bad Request: chat not found", "gone"),
        (400, "Bad Request: message thread not found", "topic"),
        (400, "Bad Request: TOPIC_CLOSED", "topic"),
        (400, "Bad Request: TOPIC_DELETED", "topic"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "gone"),
        (400, "Bad Request: have no rights to send a message", "gone"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "gone"),
        (400, "Bad Request: PEER_ID_INVALID", "gone"),
        (400, "Bad Request: message text is empty", "rejected"),
        (400, "Bad Request: BUTTON_DATA_INVALID", "rejected"),
        (401, "Unauthorized", "unauthorized"),
        (403, "Forbidden: bot was blocked by the user", "gone"),
        (403, "Forbidden: user is deactivated", "gone"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "gone"),
        (404, "Not Found", "unsupported"),
        (404, "Not Found: method not found", "unsupported"),
        (409, "Conflict: terminated by other getUpdates request", "conflict"),
        (413, "Request Entity Too Large", "rejected"),
        (418, "I'm a teapot", "rejected"),
        (500, "Internal Server Error", "uncertain"),
        (500, "Internal Server Error: restart", "uncertain"),
        (502, "Bad Gateway", "uncertain"),
    ],
)
def test_row_33_every_refusal_has_its_verdict(status: int, description: str, outcome: str) -> None:
    assert classify(refusal(status, description)) == Verdict(Outcome(outcome))


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (502, "<html><body>502 Bad Gateway</body></html>"),
        (200, '{"ok": true, "result": {"message_id"'),
        (200, ""),
        (200, "[]"),
        (302, "<html>moved</html>"),
        (500, '{"ok": false}'),
    ],
)
def test_row_33_an_answer_that_says_nothing_leaves_it_open(status: int, content: str) -> None:
    assert classify(error_of(status, content)) == Verdict(Outcome.UNCERTAIN)


def test_row_33_a_refusal_without_a_description_is_still_a_refusal() -> None:
    assert classify(error_of(400, '{"ok": false}')) == Verdict(Outcome.REJECTED)


def test_too_many_calls_say_how_long_to_wait() -> None:
    error = refusal(429, "Too Many Requests: retry after 3600", retry_after=3600)
    assert classify(error) == Verdict(Outcome.RETRY_AFTER, seconds=3600)


def test_too_many_calls_without_a_time_still_mean_waiting() -> None:
    verdict = classify(refusal(429, "Too Many Requests"))
    assert verdict.outcome is Outcome.RETRY_AFTER
    assert verdict.seconds > 0


def test_a_group_that_moved_says_where_to() -> None:
    error = refusal(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1003999999999999,
    )
    assert classify(error) == Verdict(Outcome.MIGRATED, chat_id=-1003999999999999)


def test_only_proof_says_that_nothing_was_sent() -> None:
    text = "ClientConnectorError: Cannot connect to host"
    assert classify(NotSent(METHOD, text)) == Verdict(Outcome.NOT_SENT)
    assert classify(TelegramNetworkError(METHOD, text)) == Verdict(Outcome.UNCERTAIN)


@pytest.mark.parametrize("error", [TimeoutError(), OSError(), RuntimeError("closed"), ValueError()])
def test_what_nobody_expected_leaves_it_open(error: Exception) -> None:
    assert classify(error) == Verdict(Outcome.UNCERTAIN)


def test_a_log_line_about_an_error_quotes_no_answer_and_no_message() -> None:
    unreadable = error_of(200, '{"ok": true, "result": {"text": "private words"')
    assert "private words" in str(unreadable)
    assert plainly(unreadable) == "ClientDecodeError"
    assert plainly(refusal(400, "Bad Request: chat not found")) == (
        "TelegramBadRequest: Bad Request: chat not found"
    )
