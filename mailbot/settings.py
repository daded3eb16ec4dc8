"""What the operator decides: read from mailbot.toml, the environment and secret files."""
