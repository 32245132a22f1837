"""The portal's two shapes of an error, and the texts that come with the codes."""

from typing import Any

V3 = "BITRIX_REST_V3_EXCEPTION_"
FIELD_NOT_FOUND = "BITRIX_REST_V3_REALISATION_EXCEPTION_FIELDNOTFOUNDEXCEPTION"

_TEXTS = {
    "en": {
        "VALIDATION_REQUESTVALIDATIONEXCEPTION": "Request validation failed",
        "INVALIDJSONEXCEPTION": "Request body is not valid JSON",
        "INVALIDPAGINATIONEXCEPTION": "Invalid pagination",
        "INVALIDSELECTEXCEPTION": "Parameter select is invalid",
        "ENTITYNOTFOUNDEXCEPTION": "Record with the given id was not found",
        "ACCESSDENIEDEXCEPTION": "Access denied",
        "INSUFFICIENTSCOPEEXCEPTION": "The request requires higher privileges",
        "METHODNOTFOUNDEXCEPTION": "Method not found",
        "IDEMPOTENCYKEYREUSEDEXCEPTION": "The idempotency key was used with another request",
        "INVALIDIDEMPOTENCYKEYEXCEPTION": "Invalid idempotency key",
        "INTERNAL_INTERNALEXCEPTION": "Internal error",
        "RATELIMITEXCEPTION": "Too many requests",
        "UNKNOWNDTOPROPERTYEXCEPTION": "Unknown property",
    },
    "ru": {
        "VALIDATION_REQUESTVALIDATIONEXCEPTION": "Ошибка проверки запроса",
        "INVALIDJSONEXCEPTION": "Тело запроса не является корректным JSON",
        "INVALIDPAGINATIONEXCEPTION": "Неверные параметры постраничного вывода",
        "INVALIDSELECTEXCEPTION": "Неверный параметр select",
        "ENTITYNOTFOUNDEXCEPTION": "Запись с указанным идентификатором не найдена",
        "ACCESSDENIEDEXCEPTION": "Доступ запрещён",
        "INSUFFICIENTSCOPEEXCEPTION": "Недостаточно прав для выполнения запроса",
        "METHODNOTFOUNDEXCEPTION": "Метод не найден",
        "IDEMPOTENCYKEYREUSEDEXCEPTION": "Ключ идемпотентности использован с другим запросом",
        "INVALIDIDEMPOTENCYKEYEXCEPTION": "Неверный ключ идемпотентности",
        "INTERNAL_INTERNALEXCEPTION": "Внутренняя ошибка",
        "RATELIMITEXCEPTION": "Слишком много запросов",
        "UNKNOWNDTOPROPERTYEXCEPTION": "Неизвестное свойство",
    },
}


class Refusal(Exception):
    """An error answer: HTTP status and body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def flat(status: int, code: str, description: str) -> Refusal:
    """Classic shape: `{"error": code, "error_description": …}`."""
    return Refusal(status, {"error": code, "error_description": description})


def full(status: int, code: str, message: str) -> Refusal:
    """REST 3.0 shape with a code that has another beginning."""
    return Refusal(status, {"error": {"code": code, "message": message}})


def nested(
    status: int,
    tail: str,
    language: str,
    *,
    message: str | None = None,
    validation: list[dict[str, str]] | None = None,
) -> Refusal:
    """REST 3.0 shape; `tail` is the code after `BITRIX_REST_V3_EXCEPTION_`."""
    error: dict[str, Any] = {"code": V3 + tail, "message": message or _TEXTS[language][tail]}
    if validation is not None:
        error["validation"] = validation
    return Refusal(status, {"error": error})
