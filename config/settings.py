"""Settings: one typed class read from the environment and `.env`; all mistakes are reported together at the start."""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config import keys
from foundation import hosts
from foundation.clock import Clock, system_clock
from foundation.database import CONNECTIONS, Database
from foundation.mail import SmtpMailer
from foundation.moved_time import MovedClock
from foundation.quiet import QuietHours
from wechat_bot import notices
from wechat_bot.envelope import AesKey

ROOT = Path(__file__).resolve().parent.parent
#: The settings file that `make run` writes for its demo.
DEMO_ENV = ROOT / "var" / "demo.env"
#: Seconds for which a start waits for the database.
DATABASE_WITHIN = 300.0


class WrongSettings(Exception):
    """Error that stops the start: one sentence, or one line for each wrong setting."""

    def __init__(self, said: str | Sequence[str]) -> None:
        lines = [] if isinstance(said, str) else ["These settings cannot be used:", *(f"  {each}" for each in said)]
        super().__init__("\n".join(lines) or said)


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("is not JSON; .env.example shows the shape") from error


Optional = Annotated[str | None, BeforeValidator(_empty_is_none)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]


#: End of every refusal of a setting of a real account.
UNLESS = "(DEVELOPMENT=1 says that this is no real account)"


class TemplateSetting(BaseModel):
    """Template message of the account: its id, and the text of each field."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(min_length=1)]
    fields: Annotated[dict[str, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_filled(self) -> "TemplateSetting":
        notices.check(self.template)
        return self

    @property
    def template(self) -> notices.Template:
        return notices.Template(self.id, self.fields)


class Settings(BaseSettings):
    """Settings of an installation. A field is validated with those above it known."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
    )

    #: Whether this is no real account: what a real one needs is not required, and local addresses are allowed.
    development: bool = False
    #: sqlite:///… or postgresql://…
    database_url: str = f"sqlite:///{ROOT / 'var' / 'wuwei.db'}"
    #: The most connections to PostgreSQL of each process.
    database_connections: Annotated[int, Field(ge=5, le=100)] = CONNECTIONS
    #: Whether to prepare statements on PostgreSQL; no behind a pooler in transaction mode, such as PgBouncer.
    database_prepare: bool = True
    #: redis://…; without it, tokens and counters are kept in each process.
    redis_url: Optional = None
    #: Public address of the site.
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    timezone: str = "Asia/Shanghai"
    #: Name of the account.
    account_name: str = "五微服务号"
    #: Folder of fetched pictures; shared by all processes.
    media_path: Path = ROOT / "var" / "media"
    #: Folder of uploads and exports, kept for seven days; shared by all processes.
    files_path: Path = ROOT / "var" / "files"
    #: File that says how far the time of a trial was moved on; only read where `moves_time`.
    clock_path: Path = ROOT / "var" / "clock"
    #: Quiet hours, as 21:00-08:00 in the time zone above; `off` for none.
    quiet_hours: str = "21:00-08:00"
    #: On how many of seven days a shop may get a push, over all that is sent to many.
    most_a_week: Annotated[int, Field(ge=1, le=7)] = 2
    #: Address that mails to staff come from, and the server that takes them: smtp://user:password@host:587, smtps://…
    mail_from: str = ""
    smtp_url: OptionalSecret = None
    #: Number of web processes on PostgreSQL; with SQLite there is one.
    web_concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    #: Number of your own reverse proxies in front: only they are trusted for a visitor's address.
    proxies: Annotated[int, Field(ge=0, le=5)] = 0

    wechat_app_id: Annotated[str, Field(min_length=1)]
    wechat_app_secret: Annotated[SecretStr, Field(min_length=1)]
    wechat_token: Annotated[SecretStr, Field(min_length=3, max_length=32)]
    #: EncodingAESKey, 43 characters; without it the account is in plaintext mode.
    wechat_encoding_aes_key: OptionalSecret = None
    #: The key before the last change, with which some callbacks may still be encrypted.
    wechat_encoding_aes_key_previous: OptionalSecret = None
    #: The account's template message for each kind of notice, as JSON: see `.env.example`.
    wechat_templates: Annotated[dict[str, TemplateSetting], NoDecode, BeforeValidator(_from_json)] = {}
    wechat_account_type: Literal["service", "subscription"] = "service"
    wechat_api_base: str = "https://api.weixin.qq.com"
    wechat_oauth_base: str = "https://open.weixin.qq.com"
    #: Address of WeChat's QR code pictures.
    wechat_mp_base: str = "https://mp.weixin.qq.com"
    #: Seconds; callbacks signed longer ago are refused. 0 accepts any.
    wechat_callback_max_age: Annotated[int, Field(ge=0)] = 3600

    #: Key that signs sessions and links. It comes last, because it must not be derived from the others.
    secret_key: Annotated[SecretStr, Field(min_length=16)]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone; for example Asia/Shanghai") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError as error:
            raise ValueError("not a database address; for example sqlite:///var/wuwei.db") from error
        if backend not in ("sqlite", "postgresql"):
            raise ValueError("only sqlite and postgresql are supported")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url", "wechat_api_base", "wechat_oauth_base", "wechat_mp_base")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be http://… or https://… without a query")
        if parts.port == 0:  # an invalid one has raised an error by now
            raise ValueError("has no such port")
        if _is_real(info):
            if parts.scheme != "https":
                raise ValueError(f"must begin with https:// {UNLESS}")
            # Browsers read some of these characters differently from the HTTP library, and would go to another host.
            is_plain = value.isprintable() and not set(parts.netloc) & set("\\@% ")
            if not is_plain or "" in parts.hostname.rstrip(".").split("."):
                raise ValueError(f"is no plain address {UNLESS}")
            if hosts.is_near(parts.hostname):
                raise ValueError(f"must not lead to this machine or a network of your own {UNLESS}")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if _is_real(info) and (why := keys.weakness(value.get_secret_value(), _known(info.data))):
            raise ValueError(f"{why}; make one with {keys.MAKE} {UNLESS}")
        return value

    @field_validator("wechat_encoding_aes_key", "wechat_encoding_aes_key_previous")
    @classmethod
    def _aes_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            AesKey.decode(value.get_secret_value())
        return value

    @field_validator("wechat_encoding_aes_key_previous")
    @classmethod
    def _previous_needs_current(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value and info.data.get("wechat_encoding_aes_key", value) is None:
            raise ValueError("is set without WECHAT_ENCODING_AES_KEY")
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _known_quiet_hours(cls, value: str, info: ValidationInfo) -> str:
        QuietHours.read(value, ZoneInfo(info.data.get("timezone", "UTC")))
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            SmtpMailer.read(value.get_secret_value(), info.data.get("mail_from", ""), is_strict=_is_real(info))
        return value

    @property
    def mailer(self) -> SmtpMailer | None:
        """The sender of mails to staff; None where no server is set."""
        url = self.smtp_url.get_secret_value() if self.smtp_url else ""
        return SmtpMailer.read(url, self.mail_from, is_strict=not self.development) if url else None

    def open_database(self) -> Database:
        """Open the database of these settings."""
        return Database(self.database_url, connections=self.database_connections, prepares=self.database_prepare)

    @property
    def address(self) -> str:
        """The address the web server listens on; an IPv6 address in brackets, however it was written."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def moves_time(self) -> bool:
        """Whether time can be moved: no real account, and a platform on this machine, which moves its own with ours."""
        return self.development and hosts.is_near(urlsplit(self.wechat_api_base).hostname or "")

    def open_clock(self) -> Clock:
        """The clock of these settings."""
        return MovedClock(self.clock_path) if self.moves_time else system_clock

    @property
    def quiet(self) -> QuietHours | None:
        return QuietHours.read(self.quiet_hours, self.zone)

    @property
    def web_processes(self) -> int:
        return 1 if self.database_url.startswith("sqlite") else self.web_concurrency

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def aes_keys(self) -> tuple[AesKey, ...]:
        keys = (self.wechat_encoding_aes_key, self.wechat_encoding_aes_key_previous)
        return tuple(AesKey.decode(key.get_secret_value()) for key in keys if key)

    @property
    def templates(self) -> dict[str, notices.Template]:
        return {name: setting.template for name, setting in self.wechat_templates.items()}

    @property
    def callback_max_age(self) -> timedelta | None:
        return timedelta(seconds=self.wechat_callback_max_age) or None

    @property
    def secrets(self) -> tuple[str, ...]:
        """All values that must not appear in a log."""
        values = (
            self.secret_key,
            self.wechat_app_secret,
            self.wechat_token,
            self.wechat_encoding_aes_key,
            self.wechat_encoding_aes_key_previous,
            self.smtp_url,
        )
        mail_password = self.mailer.password if self.mailer else None
        addresses = (make_url(self.database_url).password, urlsplit(self.redis_url or "").password, mail_password)
        return tuple(v.get_secret_value() for v in values if v) + tuple(str(p) for p in addresses if p)


def _is_real(info: ValidationInfo) -> bool:
    """Whether a real account's settings are required: also where DEVELOPMENT itself is invalid."""
    return not info.data.get("development")


def _known(values: dict[str, Any]) -> list[str]:
    """The values of the other settings, which are easier to learn than a secret and must not be part of it."""
    return [
        v.get_secret_value() if isinstance(v, SecretStr) else v
        for v in values.values()
        if isinstance(v, str | SecretStr)
    ]


def is_real_account() -> bool:
    """Whether a WeChat account is configured; otherwise `make run` creates a demo on the simulator.

    Raises `WrongSettings` where `.env` cannot be read.
    """
    try:
        # Case-insensitive, as the settings themselves.
        in_file = {name.upper(): value for name, value in dotenv_values(ROOT / ".env").items()}.get("WECHAT_APP_ID")
    except UnicodeDecodeError as error:
        raise WrongSettings(f".env cannot be read: save it as UTF-8 ({error})") from None
    except OSError as error:
        raise WrongSettings(f".env cannot be read ({error.strerror})") from None
    return bool(os.environ.get("WECHAT_APP_ID") or in_file)


def load(**overrides: Any) -> Settings:
    """Read the settings from the environment, then `.env`; from the demo's only where no account is configured.

    Raises `WrongSettings` with a line for each setting that is missing or wrong.
    """
    files = (ROOT / ".env",) if is_real_account() else (DEMO_ENV, ROOT / ".env")
    try:
        return Settings(_env_file=files, **overrides)  # type: ignore[call-arg]  # a parameter of pydantic-settings
    except ValidationError as error:
        lines = [_line(mistake) for mistake in error.errors(include_input=False, include_url=False)]
        raise WrongSettings(lines) from None


def _line(mistake: Any) -> str:
    name = "".join(str(part) for part in mistake["loc"][:1]).upper()
    said = {
        "missing": "is missing",
        "too_short": "is too short: at least {min_length} characters",
        "too_long": "is too long: at most {max_length} characters",
    }.get(mistake["type"], mistake["msg"].removeprefix("Value error, "))
    return f"{name + ': ' if name else ''}{said.format(**mistake.get('ctx', {}))}"
