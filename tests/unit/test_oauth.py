"""Tokens from a token server: asked for once, kept while they are good, and no secret in any error."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from mailbot.mail import oauth
from mailbot.mail.errors import TokenRefused
from mailbot.mail.oauth import TokenSource


@contextmanager
def token_server(*answers):
    """A server that gives the answers, (status, body), one by one; yields its URL and the forms it was sent."""
    forms, left = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            forms.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, body = left.pop(0)
            self.send_response(status)
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/token", forms
        finally:
            server.shutdown()
            thread.join()


def good(token, lifetime=3600):
    return 200, {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}


def source(url, **how):
    return TokenSource(url, "an-id", "a-secret", **how)


def test_client_credentials_are_sent_as_microsoft_wants_them():
    with token_server(good("one")) as (url, forms):
        assert source(url, scope="https://outlook.office365.com/.default")() == "one"

    assert forms == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["an-id"],
            "client_secret": ["a-secret"],
            "scope": ["https://outlook.office365.com/.default"],
        }
    ]


def test_refresh_token_is_sent_as_google_wants_it():
    with token_server(good("one")) as (url, forms):
        source(url, refresh_token="a-refresh-token")()

    assert forms[0]["grant_type"] == ["refresh_token"]
    assert forms[0]["refresh_token"] == ["a-refresh-token"]


def test_token_is_kept_until_shortly_before_it_ends(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(oauth.time, "monotonic", lambda: clock[0])
    with token_server(good("one", 600), good("two", 600)) as (url, _):
        tokens = source(url)
        seen = [tokens()]
        clock[0] += 600 - oauth.EARLY_SECONDS - 1
        seen.append(tokens())
        clock[0] += 1
        seen.append(tokens())

    assert seen == ["one", "one", "two"]


def test_token_that_a_mail_server_did_not_take_is_asked_for_anew():
    with token_server(good("one"), good("two")) as (url, _):
        tokens = source(url)
        first = tokens()
        tokens.forget()
        second = tokens()

    assert (first, second) == ("one", "two")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {"error": "invalid_client", "error_description": "kim a-secret"}), "401 invalid_client;"),
        ((400, {"error": "Kim Ek <kim@kund.example>"}), "400;"),
        ((500, b"kim"), "500;"),
        ((302, b""), "302;"),
        ((200, b"kim"), "JSONDecodeError"),
        ((200, {}), "KeyError"),
        ((200, []), "TypeError"),
        ((200, {"access_token": "x", "expires_in": "soon"}), "ValueError"),
    ],
)
def test_refusal_says_in_one_line_what_to_look_at_and_nothing_else(answer, said):
    with token_server(answer) as (url, _), pytest.raises(TokenRefused) as refused:
        source(url)()

    line = str(refused.value)
    assert line.startswith("oauth2")
    assert said in line
    assert "\n" not in line
    assert "a-secret" not in line
    assert "kim" not in line.lower()


@pytest.mark.parametrize("url", ["http://login.example/token", "", "ftp://x", "https://127.0.0.1:1/token", "https://["])
def test_server_that_cannot_be_used_is_refused(url):
    with pytest.raises(TokenRefused, match=r"oauth2\.token_url"):
        source(url)()
