"""The simulated Xero as an ASGI application under uvicorn, in the foreground or in a thread."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import uvicorn

from xerosim import recording
from xerosim.protocol import ABORT, BreakableProtocol
from xerosim.recording import Recorder
from xerosim.wire import Request, Response, header_pairs
from xerosim.world import World

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
START_SECONDS = 10.0
# Xero waits this long for the answer to a webhook.
WEBHOOK_SECONDS = 5.0


class Application:
    """ASGI: reads the body, asks the world, waits, answers, or breaks the connection as told."""

    def __init__(self, world: World, recorder: Recorder | None = None) -> None:
        self.world = world
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], target, headers, body)
        answer = self.world.handle(request)
        if self._recorder is not None:
            self._recorder(request, answer)
        if answer.delay_seconds > 0:
            await self._wait(answer)
        if answer.drop or answer.hang:
            await _break(scope, receive)
            return
        await self._answer(answer, scope, receive, send)

    async def _wait(self, answer: Response) -> None:
        if self.world.clock.virtual:
            self.world.clock.advance(answer.delay_seconds)
        else:
            await asyncio.sleep(answer.delay_seconds)

    async def _answer(self, answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
        headers = list(header_pairs(answer.headers))
        if answer.status not in (204, 304):
            headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.cut is not None:
            await send({"type": "http.response.body", "body": answer.body[: answer.cut], "more_body": True})
            await asyncio.sleep(0.02)  # let the part leave before the connection breaks
            await _break(scope, receive)
            return
        await send({"type": "http.response.body", "body": answer.body})


async def _break(scope: Scope, receive: Receive) -> None:
    """Abort the connection and wait until the server has noticed."""
    scope[ABORT]()
    while (await receive())["type"] != "http.disconnect":
        pass


class _Http(uvicorn.Config):
    """uvicorn without its logs: a broken connection is wanted, not an error to print."""

    def configure_logging(self) -> None:
        return None


def _config(application: Application, host: str, port: int) -> uvicorn.Config:
    return _Http(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http=BreakableProtocol,
        access_log=False,
        lifespan="off",
        log_level="critical",
        server_header=False,
        timeout_keep_alive=120,
        ws="none",
    )


class Postman(threading.Thread):
    """Delivers webhooks over HTTP, twice a second, for as long as the server runs."""

    def __init__(self, world: World, recorder: Recorder | None = None) -> None:
        super().__init__(daemon=True, name="xerosim-webhooks")
        self._world = world
        self._recorder = recorder
        self._end = threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=WEBHOOK_SECONDS) as client:

            def send(url: str, headers: dict[str, str], body: bytes) -> int:
                try:
                    status = client.post(url, headers=headers, content=body).status_code
                except httpx.HTTPError:
                    status = 0
                if self._recorder is not None:
                    self._recorder.webhook(url, headers, body, status)
                return status

            while not self._end.wait(0.5):
                if self._world.webhooks.subscriptions:
                    self._world.pump(send)

    def stop(self) -> None:
        self._end.set()


class Background(threading.Thread):
    """A server in a thread. recorder: gets every exchange; without one the environment decides."""

    def __init__(self, world: World, host: str, port: int, recorder: Recorder | None = None) -> None:
        super().__init__(daemon=True, name="xerosim")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._recorder = recorder or recording.from_environment()
        self._server = uvicorn.Server(_config(Application(world, self._recorder), host, self.port))
        self._postman = Postman(world, self._recorder)

    def run(self) -> None:
        self._postman.start()
        self._server.run(sockets=[self._socket])
        self._postman.stop()

    def wait_until_ready(self) -> None:
        """Return when the server accepts connections. Raises TimeoutError."""
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self.is_alive():
                raise TimeoutError("the simulated Xero did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self.join(START_SECONDS)
        self._socket.close()
        if self._postman.is_alive():
            self._postman.join(START_SECONDS)
        if self._recorder is not None:
            self._recorder.close()


@contextlib.contextmanager
def start_background(world: World, port: int = 0, host: str = "127.0.0.1") -> Iterator[Background]:
    """Serve a world from a thread; yields an object with `url` and `port`."""
    background = Background(world, host, port)
    background.start()
    try:
        background.wait_until_ready()
        yield background
    finally:
        background.stop()
