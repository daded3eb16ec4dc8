"""The commands; each says what it does with --help."""

import typer

app = typer.Typer(no_args_is_help=True, help="A mail daemon that answers people who use their rights under the GDPR.")


@app.callback()
def root() -> None:
    """Hold the commands together."""


def main() -> None:
    """Run the command that the arguments name."""
    app()
