"""Tokens for servers that refuse passwords: client credentials (Microsoft 365) or a refresh token (Google)."""

from __future__ import annotations

import threading
import time

from mailbot.mail.errors import TokenRefused

EARLY_SECONDS = 120
"""A token is renewed this long before it ends, so that none ends in the middle of a log-in."""
TIMEOUT_SECONDS = 30.0


class TokenSource:
    """Gives an access token that is valid now; asks the token server only when the last one is about to end."""

    def __init__(
        self, token_url: str, client_id: str, client_secret: str, *, scope: str = "", refresh_token: str = ""
    ) -> None:
        self._url = token_url
        self._form = {"client_id": client_id, "client_secret": client_secret}
        if scope:
            self._form["scope"] = scope
        self._form |= (
            {"grant_type": "refresh_token", "refresh_token": refresh_token}
            if refresh_token
            else {"grant_type": "client_credentials"}
        )
        self._token, self._ends = "", 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """The token.

        Raises:
            TokenRefused: the token server cannot be reached or gives none.
        """
        with self._lock:
            if time.monotonic() >= self._ends:
                self._token, lifetime = self._ask()
                self._ends = time.monotonic() + lifetime - EARLY_SECONDS
            return self._token

    def _ask(self) -> tuple[str, float]:
        import httpx2  # noqa: PLC0415 - most installations log in by password

        if not self._url.startswith("https://"):
            raise TokenRefused("oauth2.token_url: has to begin with https://")
        try:
            answer = httpx2.post(self._url, data=self._form, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            said = answer.json()
            return str(said["access_token"]), float(said.get("expires_in", EARLY_SECONDS))
        except httpx2.HTTPStatusError as refused:
            raise TokenRefused(
                f"oauth2: the token server answers {refused.response.status_code}; look at oauth2.client_id,"
                " oauth2.client_secret and oauth2.scope"
            ) from None
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(f"oauth2.token_url: no token from there ({type(error).__name__})") from None
