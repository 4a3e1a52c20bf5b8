"""An httpx transport that answers from a world in the same thread: for simulations and tests."""

import time

import httpx

from xerosim.wire import Request, Response
from xerosim.world import World


class InProcessTransport(httpx.BaseTransport):
    """Use as `httpx.Client(transport=InProcessTransport(world))`; any host name reaches the world.

    Delays advance a virtual clock, or sleep on a real one. Drops become httpx.ReadError, hanging calls
    httpx.ReadTimeout after the client's read timeout, cut answers httpx.RemoteProtocolError.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode("ascii")
        answer = self.world.handle(Request(request.method, target, headers, request.read()))
        self._wait(request, answer)
        if answer.drop:
            raise httpx.ReadError("Connection reset by the simulated Xero", request=request)
        if answer.cut is not None:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=request
            )
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)

    def _wait(self, request: httpx.Request, answer: Response) -> None:
        seconds = answer.delay_seconds
        timeout = (request.extensions.get("timeout") or {}).get("read")
        expired = timeout is not None and seconds > timeout
        if timeout is not None and expired:
            seconds = timeout
        if seconds > 0:
            if self.world.clock.virtual:
                self.world.clock.advance(seconds)
            else:
                time.sleep(seconds)
        if expired or answer.hang:
            raise httpx.ReadTimeout("The simulated Xero did not answer in time", request=request)
