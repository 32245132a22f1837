"""The settings, read once from the environment and `.env` into one frozen object.

Every missing or wrong setting becomes one sentence that names it and never shows its value.
A setting's description says what a right value looks like; it ends each such sentence.
"""

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bitrix24.rates import PortalRates
from bitrix24.trust import TrustedPortals
from bot import setting_values as values
from bot.exits import Ending, Exit
from storage.sealing import SecretKeys


class SettingsError(Ending):
    """Settings are missing or wrong: one sentence for each."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(Exit.DOES_NOT_FIT, *sentences)


class Access(StrEnum):
    """Who may use the bot without being asked about."""

    APPROVE = "approve"
    OPEN = "open"


class Language(StrEnum):
    ENGLISH = "en"
    RUSSIAN = "ru"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class Settings(BaseSettings):
    """What the person who runs the bot decides. A field's name in capitals is its variable."""

    model_config = SettingsConfigDict(
        frozen=True,
        validate_default=False,
        extra="ignore",
        hide_input_in_errors=True,
        env_file_encoding="utf-8-sig",  # some editors begin a file with a byte order mark
        arbitrary_types_allowed=True,
    )

    bot_token: Annotated[SecretStr, BeforeValidator(values.bot_token)] = Field(
        description="the token that @BotFather gave you, digits:letters",
    )
    secret_key: Annotated[SecretStr | None, BeforeValidator(values.secret_key)] = Field(
        default=None,
        description="a key made by `python -m bot key`, or several, newest first, between commas",
    )
    secret_key_file: Annotated[SecretStr | None, BeforeValidator(values.secret_key_file)] = Field(
        default=None,
        validate_default=True,
        description="the path of a file that holds SECRET_KEY; here: what the file held",
    )
    database_url: Annotated[str, BeforeValidator(values.database_url)] = Field(
        default=values.DEFAULT_DATABASE_URL,
        description="sqlite:///path/to/file.db, or with four slashes from the root",
    )
    telegram_api_url: Annotated[str, BeforeValidator(values.telegram_api_url)] = Field(
        default="https://api.telegram.org",
        description="the https address of a Bot API server; http only to this machine or a "
        "private address",
    )
    admins: Annotated[frozenset[int], NoDecode, PlainValidator(values.admins)] = Field(
        default=frozenset(),
        description="numbers of Telegram users between commas, like 123456789,987654321",
    )
    access: Annotated[Access, BeforeValidator(str.lower)] = Field(
        default=Access.APPROVE,
        description="approve or open",
    )
    trusted_portals: Annotated[TrustedPortals, NoDecode, PlainValidator(values.trusted_portals)] = (
        Field(
            default=TrustedPortals(),
            description="host or host:port between commas, either with =CIDR, "
            "like portal.example:8443=10.1.2.0/24",
        )
    )
    portal_rates: Annotated[PortalRates, NoDecode, PlainValidator(values.portal_rates)] = Field(
        default=PortalRates(),
        description="host or host:port with =size/per second between commas, "
        "like portal.example=250/5",
    )
    portal_ca_file: Annotated[ssl.SSLContext | None, PlainValidator(values.portal_ca_file)] = Field(
        default=None,
        description="the path of a PEM file with certificates; here: what trusts them",
    )
    undo_seconds: int = Field(
        default=10,
        ge=0,
        le=3600,
        description="a whole number of seconds from 0 (no undo) to 3600",
    )
    default_language: Annotated[Language, BeforeValidator(str.lower)] = Field(
        default=Language.ENGLISH,
        description="en or ru",
    )
    log_level: Annotated[LogLevel, BeforeValidator(str.upper)] = Field(
        default=LogLevel.INFO,
        description="DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    log_format: Annotated[LogFormat, BeforeValidator(str.lower)] = Field(
        default=LogFormat.TEXT,
        description="text or json",
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, given: dict[str, str]) -> dict[str, str]:
        return {name: text.strip() for name, text in given.items() if text.strip()}

    @field_validator("secret_key_file")
    @classmethod
    def _exactly_one_key(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if "secret_key" not in info.data:
            return file  # it was given and is wrong: said already
        key = info.data["secret_key"]
        if key is None and file is None:
            raise values.Wrong(
                f"SECRET_KEY is missing: it must be {cls.model_fields['secret_key'].description}"
            )
        if key is not None and file is not None:
            raise values.Wrong("SECRET_KEY and SECRET_KEY_FILE are both set: remove one of them")
        return file

    @property
    def bot_id(self) -> int:
        """Telegram's number of the bot, with which its token begins."""
        return int(self.bot_token.get_secret_value().partition(":")[0])

    @property
    def secret_keys(self) -> SecretKeys:
        return SecretKeys.read(self._key_text)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that no log line may show."""
        return (self.bot_token.get_secret_value(), *self._key_text.replace(",", " ").split())

    @property
    def database_path(self) -> Path:
        """The database file; a relative path counts from the working directory."""
        return values.database_path(self.database_url)

    @property
    def database_is_default(self) -> bool:
        """Only then does the program make the folder by itself."""
        return self.database_url == values.DEFAULT_DATABASE_URL

    @property
    def _key_text(self) -> str:
        key = self.secret_key or self.secret_key_file
        return key.get_secret_value() if key else ""


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of the environment, and for what it lacks, of `env_file` if there is one."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError((f"The file {env_file} cannot be read as UTF-8 text.",)) from None


def _sentences(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_url=False, include_input=False)
    return tuple(
        _sentence(str(one["loc"][0]), one["type"], one.get("ctx", {}).get("error")) for one in found
    )


def _sentence(field: str, kind: str, reason: object) -> str:
    name = field.upper()
    if isinstance(reason, values.Wrong):
        names_it = str(reason).partition(" ")[0].isupper()
        return f"{reason}." if names_it else f"{name} is wrong: {reason}."
    what = "missing" if kind == "missing" else "wrong"
    return f"{name} is {what}: it must be {Settings.model_fields[field].description}."
