"""What the simulated Xero refuses, in Xero's words.

Refusal            an answer that is not a success
 ├─ ApiException    400 with ErrorNumber and Type (or 501)
 ├─ Problem         401 and 403 as problem JSON
 └─ NotFound        404, HTML, empty
Invalid            one element of a write is refused; the batch decides what becomes of it
"""

from collections.abc import Sequence


class Refusal(Exception):
    """The whole call is refused."""

    status = 500


class ApiException(Refusal):
    """400 in the accounting dialect: ErrorNumber, Type, Message and perhaps Elements."""

    status = 400
    number = 10
    type = "ValidationException"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PostDataInvalid(ApiException):
    """The body cannot be understood (bad JSON, unknown enum value, bad date)."""

    number = 14
    type = "PostDataInvalidException"


class QueryParse(ApiException):
    """`where` or `order` cannot be understood."""

    number = 16
    type = "QueryParseException"


class NoDataProcessed(ApiException):
    """The body is empty or names something else than the endpoint expects."""

    number = 17
    type = "NoDataProcessedException"

    def __init__(self, noun: str) -> None:
        # "specifed" is Xero's own spelling.
        super().__init__(
            "No data has been processed for this endpoint. "
            f"This endpoint is expecting {noun} data to be specifed in the request body."
        )


class NotImplementedByXero(ApiException):
    """The method does not exist on this endpoint."""

    status = 501
    number = 20
    type = "ApiMethodNotImplementedException"

    def __init__(self) -> None:
        super().__init__("The Api Method called is not implemented")


class HighVolume(ApiException):
    """A read would touch more rows than Xero allows."""

    number = 51
    type = "HighVolumeException"


class Validation(ApiException):
    """A whole call refused as a validation error, without elements."""


class Problem(Refusal):
    """401 or 403 as problem JSON."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}

    @property
    def title(self) -> str:
        return "Unauthorized" if self.status == 401 else "Forbidden"


class NotFound(Refusal):
    """The id in the path is unknown: 404 with an empty HTML body."""

    status = 404


class PlainRefusal(Refusal):
    """A status with a plain text body, for example 503 or 415."""

    def __init__(self, status: int, text: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}


class Invalid(Exception):
    """One element of a write is refused with one or more messages.

    line_messages: messages per line position, which Xero repeats inside the line.
    """

    def __init__(self, messages: Sequence[str] | str, *, stored: dict[str, object] | None = None) -> None:
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        self.stored = stored
        super().__init__("; ".join(self.messages))
