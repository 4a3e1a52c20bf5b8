"""Magento's error answers, as recorded from a running shop."""

import html

from storesim.wire import Response, encode

INVALID_REQUEST = "Specified request cannot be processed."
NO_ROUTE = "Request does not match any route."


class ShopError(Exception):
    """An answer other than 200.

    status: HTTP status.  message: text with %1 or %name placeholders.  parameters: list or object
    that fills them, sent beside the message and never merged into it, as Magento does.
    """

    def __init__(self, status: int, message: str, parameters: list[object] | dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters

    def response(self) -> Response:
        """The JSON error body."""
        body: dict[str, object] = {"message": self.message}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return Response(status=self.status, body=encode(body))


def not_authorised(right: str) -> ShopError:
    """No credentials, a bad token, or a right that the integration lacks: all the same 401."""
    return ShopError(401, "The consumer isn't authorized to access %resources.", {"resources": right})


def internal_error(report_number: int) -> ShopError:
    """A failed database query, such as an unknown column; the shop only gives a report number."""
    text = "Internal Error. Details are available in Magento log file. Report ID: webapi-%013x"
    return ShopError(500, text % (0x6B01188C00000 + report_number))


def html_page(*, status: int, title: str, heading: str, text: str, base: str) -> Response:
    """An error page of the web server side of the shop, for people rather than programs."""
    safe_base = base.replace(":", "&#x3A;").replace("/", "&#x2F;")
    page = f"""<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" >
<head>
    <title>{html.escape(title)}</title>
    <base href="{safe_base}" />
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
    <meta name="robots" content="*"/>
</head>
<body>
    <main class="page-main">
        <h1>{html.escape(heading)}</h1>
        <p>{html.escape(text)}</p>
    </main>
</body>
</html>
"""
    return Response(status=status, body=page.encode(), content_type="text/html; charset=UTF-8")


def maintenance_page() -> Response:
    """What every address answers while the shop is being upgraded."""
    return html_page(
        status=503,
        title="Service Temporarily Unavailable",
        heading="Service Temporarily Unavailable",
        text="The server is temporarily unable to service your request due to maintenance downtime or "
        "capacity problems. Please try again later.",
        base="/errors/default/",
    )


def accept_page() -> Response:
    """What a client gets that asks the REST interface for HTML."""
    return html_page(
        status=500,
        title="There has been an error processing your request",
        heading="There has been an error processing your request",
        text="Exception printing is disabled by default for security reasons.",
        base="/errors/default/",
    )


def entity_missing() -> ShopError:
    """The answer for a sales document that does not exist."""
    return ShopError(404, "The entity that was requested doesn't exist. Verify the entity and try again.")
