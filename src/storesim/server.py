"""A simulated store behind a real HTTP server, in a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from storesim.wire import Request, Response, Store

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

START_SECONDS_MAX = 20.0
HANG_SECONDS = 3600.0


def asgi_app(store: Store) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """An ASGI application that answers HTTP requests from the store."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = store.handle(_request(scope, body))
        if answer.hangs:
            await asyncio.sleep(HANG_SECONDS)
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        await _send(answer, send)

    return app


class BackgroundServer:
    """A running server; `base_url` has no slash at its end.  Use as a context manager or stop it."""

    def __init__(self, store: Store, *, host: str, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.base_url = f"http://{host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            asgi_app(store),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="storesim", daemon=True)

    def start(self) -> None:
        """Start answering.  Raises RuntimeError when the server does not come up."""
        self._thread.start()
        pause = threading.Event()
        waited = 0.0
        while not self._server.started:
            if waited > START_SECONDS_MAX or not self._thread.is_alive():
                raise RuntimeError("The simulated store did not start.")
            pause.wait(0.01)
            waited += 0.01

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.should_exit = True
        self._thread.join(timeout=START_SECONDS_MAX)
        self._socket.close()

    def __enter__(self) -> "BackgroundServer":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def start_background(store: Store, *, host: str = "127.0.0.1", port: int = 0) -> BackgroundServer:
    """Serve the store from a thread; port 0 takes a free one.  Returns the running server."""
    server = BackgroundServer(store, host=host, port=port)
    server.start()
    return server


def _request(scope: Message, body: bytes) -> Request:
    raw_path = scope.get("raw_path") or scope["path"].encode()
    return Request(
        method=scope["method"],
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
        scheme=scope["scheme"],
    )


async def _send(answer: Response, send: Send) -> None:
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})
