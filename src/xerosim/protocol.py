"""uvicorn's HTTP protocol with a way to break the connection, as networks do."""

from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ABORT = "xerosim.abort"


class BreakableProtocol(HttpToolsProtocol):
    """Puts the transport's abort into the scope of every request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = cast(dict[str, Any], self.scope)
        scope[ABORT] = self.transport.abort
