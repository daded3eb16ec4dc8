"""The demo: mailbot on embedded parts, with people who write to it. Nothing of it is loaded before it is asked for."""


def run_demo(*, once: bool, as_json: bool) -> None:
    """Play the sample mails through; then, unless `once`, serve console and demo inbox until Ctrl-C.

    Args:
        once: stop when all is quiet, and say what came of each mail.
        as_json: say it as one JSON object instead of a table.

    Raises:
        UsageError: JSON without `once`.
        Unexpected: a mail did not come to what its expectation says.
    """
    from mailbot.demo.stage import perform  # noqa: PLC0415 - mail servers, console and reader take a while to load

    perform(once=once, as_json=as_json)
