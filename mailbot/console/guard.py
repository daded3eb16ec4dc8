"""What holds for every answer of the console, and what no request gets past.

No script, style or frame from elsewhere or inline; no page kept in any cache; nothing changed by a request that another
website caused. Sec-Fetch-Site says where a request comes from, in older browsers Origin does; one of them is in every
request by which a browser changes something.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FORM = 256 * 1024
"""Bytes; an officer's longest letter is far shorter."""
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: with that, browsers send `Origin: null` also to ourselves.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
NO_STORE = "no-store"


class Guard:
    """ASGI middleware around the whole site.

    Args:
        site: what it guards.
        refuse_cross_site: answers a request that another website caused.
        refuse_too_large: answers one that carries too much.
    """

    def __init__(self, site: ASGIApp, refuse_cross_site: ASGIApp, refuse_too_large: ASGIApp) -> None:
        self._site, self._cross_site, self._too_large = site, refuse_cross_site, refuse_too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or refuse it; every answer gets the headers."""
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", NO_STORE)
            await send(message)

        await self._chosen(scope)(scope, receive, send_guarded)

    def _chosen(self, scope: Scope) -> ASGIApp:
        headers = Headers(scope=scope)
        if scope["method"] in SAFE_METHODS:
            return self._site
        if not is_from_here(headers):
            return self._cross_site
        return self._site if _is_small(headers) else self._too_large


def is_from_here(headers: Headers) -> bool:
    """Whether one of our own pages caused a request. One that does not say comes from no browser and is refused."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host", "")


def _is_small(headers: Headers) -> bool:
    length = headers.get("content-length", "")
    return length.isdigit() and int(length) <= LARGEST_FORM
