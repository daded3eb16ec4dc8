"""Tokens for servers that refuse passwords: client credentials (Microsoft 365) or a refresh token (Google)."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailbot.mail.errors import TokenRefused
from mailbot.mail.protection import is_loopback

if TYPE_CHECKING:
    import httpx2

EARLY_SECONDS = 120
"""A token is renewed this long before it ends, so that none ends in the middle of a log-in."""
TIMEOUT_SECONDS = 30.0
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


class TokenSource:
    """Gives an access token that is valid now; asks the token server only when the last one is about to end.

    Args:
        token_url: the token endpoint (RFC 6749 3.2); https, or http on this machine.
        client_id: what the program is registered as.
        client_secret: its secret.
        scope: such as `https://outlook.office365.com/.default`.
        refresh_token: for Google; '': client credentials (RFC 6749 4.4).
    """

    def __init__(
        self, token_url: str, client_id: str, client_secret: str, *, scope: str = "", refresh_token: str = ""
    ) -> None:
        self._url = token_url
        grant = {"grant_type": "client_credentials"}
        if refresh_token:
            grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        self._form = {"client_id": client_id, "client_secret": client_secret, **grant}
        if scope:
            self._form["scope"] = scope
        self._token, self._ends = "", 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """The token.

        Raises:
            TokenRefused: the token server cannot be reached or gives none.
        """
        with self._lock:
            if not self._token or time.monotonic() >= self._ends:
                self._token, lifetime = self._ask()
                self._ends = time.monotonic() + lifetime - EARLY_SECONDS
            return self._token

    def forget(self) -> None:
        """The mail server does not take the token: the next one is asked for anew."""
        with self._lock:
            self._token = ""

    def _ask(self) -> tuple[str, float]:
        import httpx2  # noqa: PLC0415 - most installations log in by password

        if not _is_protected(self._url):
            raise TokenRefused("oauth2.token_url: has to begin with https://")
        try:
            answer = httpx2.post(self._url, data=self._form, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            said = answer.json()
            return str(said["access_token"]), float(said.get("expires_in", EARLY_SECONDS))
        except httpx2.HTTPStatusError as refused:
            raise TokenRefused(
                f"oauth2: the token server answers {_reason(refused.response)}; look at oauth2.client_id,"
                " oauth2.client_secret, oauth2.scope and oauth2.refresh_token"
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(f"oauth2.token_url: no token from there ({type(error).__name__})") from None


def _is_protected(url: str) -> bool:
    """Whether a secret may be sent there: over TLS, or within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _reason(answer: httpx2.Response) -> str:
    """The status and the error code of RFC 6749 5.2, never the description, which can hold names."""
    code = ""
    with suppress(ValueError, KeyError, TypeError):
        code = str(answer.json()["error"])
    return f"{answer.status_code} {code}" if _ERROR_CODE.fullmatch(code) else str(answer.status_code)
