"""Every setting: mailbot.toml, overridden by MAILBOT_… variables, secrets also from files named by MAILBOT_…_FILE.

docs/settings.md explains each one to whoever runs the program; a test fails when one is missing there.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mailbot.core.policy import Policy
from mailbot.errors import SettingsError

PREFIX = "MAILBOT_"
CONFIG_VARIABLE = "MAILBOT_CONFIG"
DEFAULT_FILE = "mailbot.toml"
_KUBERNETES = re.compile(r"MAILBOT_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)")
"""What Kubernetes tells every container of a service that is called mailbot: no settings, and none of our doing."""


class Mode(StrEnum):
    """Whether mailbot answers by itself."""

    LIVE = "live"
    SHADOW = "shadow"
    """Reads and decides, holds every answer and carries nothing out: to be watched before it is trusted."""


class Security(StrEnum):
    """How a connection to a mail server is protected. Certificates are always verified."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Plain text, to loopback only."""


class Auth(StrEnum):
    """How to log in to a mail server."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    OAUTH2 = "oauth2"


class LogFormat(StrEnum):
    """What a log line looks like."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least important line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImapSettings(_Section):
    """The mailbox that is read."""

    host: str = Field("", description="IMAP server; empty: none is configured")
    port: int = Field(993, ge=1, le=65535)
    user: str = ""
    password: SecretStr = SecretStr("")
    security: Security = Security.TLS
    folder: str = Field("INBOX", description="folder that new mail arrives in")
    auth: Auth = Auth.PASSWORD
    ca_file: Path | None = Field(
        None, description="certificates to trust besides the system's, for a server of your own"
    )


class SmtpSettings(_Section):
    """The server that answers are sent through."""

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    user: str = ""
    password: SecretStr = SecretStr("")
    security: Security = Security.STARTTLS
    auth: Auth = Auth.PASSWORD
    ca_file: Path | None = None
    sub_addressing: bool = Field(
        default=False, description="the server delivers address+anything: bounces are told apart by it"
    )


class OAuth2Settings(_Section):
    """Log-in by token, as Microsoft 365 and Google demand."""

    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str = ""
    refresh_token: SecretStr = Field(SecretStr(""), description="for Google; empty: client credentials (Microsoft 365)")


class DatabaseSettings(_Section):
    """mailbot's own database."""

    url: SecretStr = Field(SecretStr(""), description="SQLAlchemy URL; empty: SQLite in data_dir")


class ConsoleSettings(_Section):
    """The officer's console."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535, description="0: any free port")
    base_url: str = Field(
        "",
        description="address to reach it by, for links in mails; empty: no links, copies are attached",
    )


class LogSettings(_Section):
    """The log on standard error."""

    format: LogFormat = LogFormat.JSON
    level: LogLevel = LogLevel.INFO


class _Variables(EnvSettingsSource):
    """`MAILBOT_IMAP__HOST=mail.winlas.se` gives imap.host its value."""

    def _load_env_vars(self) -> dict[str, str | None]:
        return {name.lower(): value for name, value in os.environ.items() if not _names_a_file(name)}


class _SecretFiles(EnvSettingsSource):
    """`MAILBOT_IMAP__PASSWORD_FILE=/run/secrets/imap` gives imap.password the file's first line."""

    def _load_env_vars(self) -> dict[str, str | None]:
        files = {name: path for name, path in os.environ.items() if _names_a_file(name)}
        return {name.lower().removesuffix("_file"): _first_line(name, path) for name, path in files.items()}


class Settings(BaseSettings):
    """All settings, checked. Frozen: changing one means starting anew."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    address: str = Field("", description="the mailbox's own address, such as dataskydd@winlas.se")
    own_addresses: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="further addresses that are ours: never taken for a requester"
    )
    secret: SecretStr = Field(SecretStr(""), description="the installation's key; empty: made in data_dir, kept there")
    officer_addresses: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="where digests and alarms go; empty: none are sent"
    )
    mode: Mode = Mode.LIVE
    data_dir: Path = Field(Path("data"), description="where everything embedded lies: database, register, stored mail")
    data_map: Path | None = Field(None, description="YAML file; empty: the shipped map of the embedded register")
    imap: ImapSettings = ImapSettings()
    smtp: SmtpSettings = SmtpSettings()
    oauth2: OAuth2Settings = OAuth2Settings()
    database: DatabaseSettings = DatabaseSettings()
    trusted_authserv_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="whose Authentication-Results headers count"
    )
    console: ConsoleSettings = ConsoleSettings()
    policy: Policy = Policy()
    templates: Path | None = Field(None, description="folder whose files override the shipped templates one by one")
    model: Path | None = Field(None, description="folder of a trained reader; empty: the shipped one")
    poll_seconds: int = Field(60, ge=1, le=3600, description="how often the mailbox is looked at besides IDLE")
    log: LogSettings = LogSettings()

    @field_validator("own_addresses", "officer_addresses", "trusted_authserv_ids", mode="before")
    @classmethod
    def _list_from_text(cls, value: object) -> object:
        """`a, b` is what people write in a variable; a JSON list is one, too."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over files that variables name, and both over mailbot.toml (given as `init_settings`)."""
        return _Variables(settings_cls), _SecretFiles(settings_cls), init_settings

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database.url.get_secret_value() or f"sqlite:///{self.data_dir / 'mailbot.db'}"


def load_settings(file: Path | None = None) -> Settings:
    """The settings in force.

    Args:
        file: the TOML file; None: the one that MAILBOT_CONFIG names, or mailbot.toml here if there is one.

    Raises:
        SettingsError: naming the setting and where it stands.
    """
    path = file or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    values = _read_toml(path) if path or Path(DEFAULT_FILE).exists() else {}
    _refuse_unknown_variables()
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_in_words(error, path or Path(DEFAULT_FILE))) from None
    except ValueError:  # pydantic-settings' own, which does not name the variable
        raise SettingsError(f"{_variable('policy.rules')}: not valid JSON") from None


def setting_names(model: type[BaseModel] = Settings, above: str = "") -> list[str]:
    """Every setting's dotted name, such as `imap.host`."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            names += setting_names(section, f"{above}{name}.")
        else:
            names.append(f"{above}{name}")
    return names


def _read_toml(path: Path | None) -> dict[str, Any]:
    path = path or Path(DEFAULT_FILE)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such settings file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None


def _variable(name: str) -> str:
    return PREFIX + name.upper().replace(".", "__")


def _names_a_file(variable: str) -> bool:
    """Whether a variable gives a setting by the file that holds it."""
    known = {_variable(name) for name in setting_names()}
    upper = variable.upper()
    return upper not in known and upper.endswith("_FILE") and upper.removesuffix("_FILE") in known


def _refuse_unknown_variables() -> None:
    """A misspelt variable would otherwise be silently without effect.

    Raises:
        SettingsError: naming the variable.
    """
    known = {CONFIG_VARIABLE, *(_variable(name) for name in setting_names())}
    for variable in sorted(os.environ):
        upper = variable.upper()
        if not upper.startswith(PREFIX) or upper in known or _names_a_file(variable):
            continue
        if not upper.startswith(_variable("policy.rules.")) and not _KUBERNETES.fullmatch(upper):
            raise SettingsError(f"{variable}: no such setting; docs/settings.md lists them all")


def _first_line(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise SettingsError(
            f"{variable}: the file that it names cannot be read or is empty ({type(error).__name__})"
        ) from None


def _in_words(error: ValidationError, path: Path) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    parts = [str(part) for part in first["loc"] if part != "[key]"]
    name = ".".join(parts)
    # What is missing stands nowhere: the variables beside it tell where it should be.
    where = _variable_for(".".join(parts[:-1] if first["type"] == "missing" else parts)) or str(path)
    if first["type"] == "extra_forbidden":
        return f"{where}: {name}: no such setting; docs/settings.md lists them all"
    return f"{where}: {name}: {first['msg'].removeprefix('Value error, ')}"


def _variable_for(name: str) -> str | None:
    """The variable that gives a setting, or something in it, its value."""
    wanted = _variable(name)
    for variable in sorted(os.environ):
        rest = variable.upper().removeprefix(wanted)
        if rest in {"", "_FILE"} or (rest != variable.upper() and rest.startswith("__")):
            return variable
    return None
