"""Opening the installation that a command works on: settings, log, and the composition root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from typer import Context

if TYPE_CHECKING:
    from mailbot.app import App
    from mailbot.settings import Settings


def settings_of(context: Context, *, service: bool = False) -> Settings:
    """The settings in force, the log set up as they say.

    A command that ends at once logs errors only, so that its one line on standard error stands alone.

    Raises:
        SettingsError: naming the setting.
    """
    from mailbot import logs
    from mailbot.settings import LogLevel, load_settings

    file: Path | None = context.obj
    settings = load_settings(file)
    logs.set_up(settings.log if service else settings.log.model_copy(update={"level": LogLevel.ERROR}))
    return settings


def installation(context: Context, *, service: bool = False) -> App:
    """The installation, closed when the command ends.

    Raises:
        SettingsError: naming the setting.
    """
    from mailbot.app import App

    app = App(settings_of(context, service=service))
    context.call_on_close(app.close)
    return app
