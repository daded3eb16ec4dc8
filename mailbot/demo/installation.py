"""The demo's installation: settings in code, everything in a folder of its own, the mail world on loopback."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from mailbot.app import App, utcnow
from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.policy import Policy
from mailbot.demo.filling import fill_register
from mailbot.demo.stamps import AUTHSERV_ID
from mailbot.demo.world import HOST, World, running_world
from mailbot.settings import ConsoleSettings, ImapSettings, Security, Settings, SmtpSettings

ADDRESS = "dataskydd@winlas.se"
GONE = frozenset({"samuel.okoro@northgatestaffing.example"})
"""Registered addresses whose mailbox is no more."""


class _OwnSettings(Settings):
    """Settings that neither variables nor files touch: the demo is the same for everybody."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given in code."""
        return (init_settings,)


@dataclass(frozen=True)
class Stage:
    """A running mail world with an installation in it."""

    app: App
    world: World

    def with_settings(self, **changes: Any) -> App:  # noqa: ANN401 - settings
        """The same installation under other settings."""
        return App(self.app.settings.model_copy(update=changes))


@contextmanager
def staged() -> Iterator[Stage]:
    """Set the stage, and clear everything away afterwards."""
    password = secrets.token_urlsafe()
    with (
        TemporaryDirectory(prefix="mailbot-demo-", ignore_cleanup_errors=True) as folder,
        running_world(ADDRESS, password, gone=GONE) as world,
    ):
        data_dir = Path(folder)
        fill_register(data_dir, utcnow().astimezone(STOCKHOLM).date())
        app = App(_settings(data_dir, world, password))
        try:
            yield Stage(app, world)
        finally:
            app.close()


def _settings(data_dir: Path, world: World, password: str) -> Settings:
    return _OwnSettings(
        address=ADDRESS,
        data_dir=data_dir,
        imap=ImapSettings(
            host=HOST, port=world.imap_port, user=ADDRESS, password=SecretStr(password), security=Security.NONE
        ),
        smtp=SmtpSettings(host=HOST, port=world.smtp_port, security=Security.NONE),
        trusted_authserv_ids=(AUTHSERV_ID,),
        policy=Policy(undo_seconds=0),
        console=ConsoleSettings(host=HOST),
        poll_seconds=5,
    )
