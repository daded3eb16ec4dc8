"""The composition root: settings in, a wired installation out. The only place that knows every room."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.core.sender import canonical
from mailbot.errors import MailbotError, SettingsError
from mailbot.resources import shipped
from mailbot.settings import Auth, Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from mailbot.core.datamap import DataMap
    from mailbot.core.reading import Reading
    from mailbot.flow.parts import Parts
    from mailbot.mail.imap import Mailbox
    from mailbot.mail.smtp import Courier
    from mailbot.nlp.pipeline import Reader
    from mailbot.registers.register import Register
    from mailbot.render.replies import Replies

KEY_FILE = "installation.key"
KEY_BYTES = 32


def utcnow() -> datetime:
    """The one clock of the program."""
    return datetime.now(UTC)


@dataclass
class App:
    """One installation. What is costly is made when it is first asked for, so that `register find` loads no model."""

    settings: Settings
    now: Callable[[], datetime] = utcnow

    @cached_property
    def key(self) -> bytes:
        """The installation's secret: from the settings, or made once in data_dir."""
        given = self.settings.secret.get_secret_value()
        return given.encode() if given else _key_in(self.settings.data_dir)

    @cached_property
    def engine(self) -> Engine:
        """Mailbot's own database, its tables up to date.

        Raises:
            MailbotError: it cannot be opened, or was made by a newer version.
        """
        from mailbot.store.engine import check_reachable, open_engine
        from mailbot.store.migrate import upgrade

        engine = open_engine(self.settings.database_url)
        check_reachable(engine)
        upgrade(engine)
        return engine

    @cached_property
    def data_map(self) -> DataMap:
        """The data map in force."""
        from mailbot.registers.opening import read_data_map

        return read_data_map(self.settings.data_map)

    @cached_property
    def register(self) -> Register:
        """Every source that the data map names."""
        from mailbot.registers.opening import open_registers

        return open_registers(self.data_map, self.settings.data_dir, self.derive("person"), os.environ)

    @cached_property
    def reader(self) -> Reader:
        """The trained reader."""
        from mailbot.nlp.pipeline import load_reader

        return load_reader(self.settings.model or shipped("models") / "request_kinds")

    @cached_property
    def replies(self) -> Replies:
        """The letters."""
        from mailbot.render.replies import Replies

        return Replies(self.template_folders, self.data_map, self.settings.address)

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """The company's own templates, which override, and the shipped ones."""
        own = self.settings.templates
        return (*((own,) if own is not None else ()), shipped("templates"))

    @cached_property
    def parts(self) -> Parts:
        """What the flow works with."""
        from mailbot.flow.parts import Parts
        from mailbot.render.copy import CopyMaker

        settings = self.settings
        address = self.require_address()
        return Parts(
            address=address,
            own_addresses=frozenset({address, *map(canonical, settings.own_addresses)}),
            key=self.key,
            live=settings.mode is Mode.LIVE,
            policy=settings.policy,
            engine=self.engine,
            data_map=self.data_map,
            register=self.register,
            reader=_LateReader(lambda: self.reader),
            replies=self.replies,
            copies=CopyMaker(self.template_folders),
            now=self.now,
            trusted_authserv_ids=settings.trusted_authserv_ids,
            sub_addressing=settings.smtp.sub_addressing,
            officer_addresses=settings.officer_addresses,
            console_url=settings.console.base_url,
            worker=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
        )

    def close(self) -> None:
        """Give back connections and files; the installation is not used afterwards."""
        if "register" in self.__dict__:
            self.register.close()
        if "engine" in self.__dict__:
            self.engine.dispose()

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose."""
        from mailbot.flow.parts import derive_key

        return derive_key(self.key, purpose)

    def require_address(self) -> str:
        """The mailbox's own address.

        Raises:
            SettingsError: it is not set.
        """
        if "@" not in self.settings.address:
            raise SettingsError("address: not set; give the mailbox's own address, such as dataskydd@winlas.se")
        return canonical(self.settings.address)

    @contextmanager
    def mailbox(self) -> Iterator[Mailbox]:
        """A connection to the IMAP mailbox.

        Raises:
            MailbotError: it is not configured, cannot be reached, or refuses the log-in.
        """
        from mailbot.mail.imap import open_mailbox

        imap = self.settings.imap
        if not imap.host:
            raise SettingsError("imap.host: not set; give the IMAP server of the mailbox")
        credential = self._token if imap.auth is Auth.OAUTH2 else imap.password.get_secret_value()
        with open_mailbox(
            imap.host,
            imap.port,
            imap.user,
            credential,
            security=imap.security,
            folder=imap.folder,
            ca_file=imap.ca_file,
        ) as mailbox:
            yield mailbox

    def courier(self) -> Courier:
        """What delivers answers.

        Raises:
            MailbotError: no SMTP server is configured.
        """
        from mailbot.mail.smtp import Courier

        smtp = self.settings.smtp
        if not smtp.host:
            raise SettingsError("smtp.host: not set; give the server that answers are sent through")
        credential = self._token if smtp.auth is Auth.OAUTH2 else smtp.password.get_secret_value()
        return Courier(smtp.host, smtp.port, smtp.user, credential, security=smtp.security, ca_file=smtp.ca_file)

    @cached_property
    def _token(self) -> Callable[[], str]:
        from mailbot.mail.oauth import TokenSource

        oauth2 = self.settings.oauth2
        return TokenSource(
            oauth2.token_url,
            oauth2.client_id,
            oauth2.client_secret.get_secret_value(),
            scope=oauth2.scope,
            refresh_token=oauth2.refresh_token.get_secret_value(),
        )


class _LateReader:
    """The trained reader, loaded with the first mail that is read: what an officer decides needs none."""

    def __init__(self, load: Callable[[], Reader]) -> None:
        self._load = load

    @property
    def version(self) -> str:
        return self._load().version

    def read(self, subject: str, text: str) -> Reading:
        return self._load().read(subject, text)


def _key_in(folder: Path) -> bytes:
    """The key in data_dir, made the first time; two processes that start together get the same one.

    Raises:
        MailbotError: the folder cannot be written.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_key(path)
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise MailbotError(f"data_dir: {path} cannot be read or made ({type(error).__name__})") from None


def _write_key(path: Path) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
