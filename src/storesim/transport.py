"""An httpx transport that asks a simulated store in the same process, without a socket."""

from collections.abc import Callable

import httpx

from storesim.wire import Request, Response, Store


class StoreTransport(httpx.BaseTransport):
    """Answers every request of an httpx client from one store.

    sleep: what to do with an answer's delay in seconds; by default nothing, so that simulations
    with a virtual clock stay fast.  A hanging answer, or a delay beyond the client's read time
    limit, raises httpx.ReadTimeout.
    """

    def __init__(self, store: Store, *, sleep: Callable[[float], object] | None = None) -> None:
        self._store = store
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        answer = self._store.handle(to_store_request(request))
        limit = request.extensions.get("timeout", {}).get("read")
        if answer.hangs or (limit is not None and answer.delay_seconds > limit):
            raise httpx.ReadTimeout("The store did not answer in time.", request=request)
        if answer.delay_seconds and self._sleep is not None:
            self._sleep(answer.delay_seconds)
        return to_client_response(answer)


def to_store_request(request: httpx.Request) -> Request:
    """The request as the store sees it: path and query as they go over the wire."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Request(
        method=request.method,
        path=path,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(),
        scheme=request.url.scheme,
    )


def to_client_response(answer: Response) -> httpx.Response:
    """The answer as a client receives it."""
    headers = {"content-type": answer.content_type, **answer.headers}
    return httpx.Response(answer.status, headers=headers, content=answer.body)
