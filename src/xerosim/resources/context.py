"""One accounting call in hand: who calls, which organisation, what was asked, and how a batch is written."""

import re
from collections.abc import Callable, Sequence

import msgspec

from xerosim import dates
from xerosim.errors import ApiException, Invalid, NoDataProcessed, PostDataInvalid
from xerosim.numbers import CENTS, FINE, RATE, NotANumber, money, optional, rate, scaled
from xerosim.organisation import Organisation
from xerosim.switches import Switches
from xerosim.wire import Json, elements_of

ZERO_ID = "00000000-0000-0000-0000-000000000000"
GUID = re.compile(r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class Counts(msgspec.Struct):
    """What a call did, for the journal."""

    created: int = 0
    updated: int = 0
    refused: int = 0
    documents: list[tuple[str, str, str, str]] = []


class Context:
    """Everything a resource needs of one call."""

    __slots__ = (
        "app",
        "body",
        "content_type",
        "counts",
        "events",
        "fault",
        "filters",
        "headers",
        "method",
        "now",
        "org",
        "path",
        "places",
        "query",
        "switches",
        "today",
        "user",
    )

    def __init__(
        self,
        *,
        org: Organisation,
        app: str,
        user: str,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: object,
        now: int,
        today: int,
        switches: Switches,
    ) -> None:
        self.org = org
        self.app = app
        self.user = user
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.now = now
        self.today = today
        self.switches = switches
        self.counts = Counts()
        self.places = FINE if query.get("unitdp") == "4" else CENTS
        self.events: list[tuple[str, str, str]] = []

    @property
    def creating(self) -> bool:
        """PUT creates only; POST also updates."""
        return self.method == "PUT"

    @property
    def separately(self) -> bool:
        """Errors are reported per element (summarizeErrors=false)."""
        return self.query.get("summarizeerrors", "").lower() == "false"

    def elements(self, plural: str, singular: str) -> list[Json]:
        """The elements of the body; raises NoDataProcessed where there are none."""
        found = elements_of(self.body, plural, singular)
        if not found:
            raise NoDataProcessed(singular)
        return found

    def flag(self, name: str) -> bool:
        return self.query.get(name.lower(), "").lower() == "true"

    def text(self, element: Json, name: str, longest: int | None = None) -> str | None:
        """A text member, cleaned as the switches say; None where absent. Null counts as empty."""
        if name not in element:
            return None
        value = element[name]
        if value is None:
            return ""
        if not isinstance(value, str):
            if isinstance(value, dict | list):
                raise PostDataInvalid(f"JSON for post data was invalid,Error reading string. Path '{name}'.")
            value = ("true" if value else "false") if isinstance(value, bool) else str(value)
        return self.clean(value, name, longest)

    def clean(self, value: str, name: str, longest: int | None = None) -> str:
        if not value.isascii() or not value.isprintable():
            value = self._odd(value, name)
        value = value.strip()
        if longest is not None and len(value) > longest:
            raise Invalid(f"{name} must not be longer than {longest} characters.")
        return value

    def _odd(self, value: str, name: str) -> str:
        rule = self.switches.control_characters
        if rule != "keep" and _CONTROL.search(value):
            if rule == "refuse":
                raise Invalid(f"{name} contains invalid characters.")
            value = _CONTROL.sub("", value)
        if self.switches.emoji == "strip":
            value = _BEYOND.sub("", value)
        return value

    def number(self, element: Json, name: str, places: int = CENTS) -> int | None:
        """A number member as a scaled integer. Raises PostDataInvalid where it is none."""
        value = element.get(name)
        if value is None:
            return None
        try:
            return optional(value, places)
        except NotANumber as error:
            raise PostDataInvalid(
                f"JSON for post data was invalid,Could not convert string to decimal: {error}. Path '{name}'."
            ) from error

    def day(self, element: Json, name: str) -> int | None:
        """A date member as days since 1970. Raises PostDataInvalid where it is none."""
        value = element.get(name)
        if value is None or value == "":
            return None
        try:
            return dates.day_of(value)
        except dates.NotADate as error:
            if "xml" in self.headers.get("content-type", ""):
                raise PostDataInvalid(f"The string '{value}' is not a valid AllXsd value.") from error
            raise PostDataInvalid("JSON for post data was invalid,Could not convert string to DateTime") from error

    def boolean(self, element: Json, name: str) -> bool | None:
        value = element.get(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise PostDataInvalid(f"JSON for post data was invalid,Could not convert to boolean. Path '{name}'.")

    def choice(self, element: Json, name: str, choices: Sequence[str], kind: str, path: str) -> str | None:
        """An enumeration member in its proper spelling. Raises PostDataInvalid for anything else."""
        value = element.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            if value in choices:
                return value
            for candidate in choices:
                if candidate.lower() == value.lower():
                    return candidate
        raise PostDataInvalid(
            f"Error converting value \"{value}\" to type 'Xero.API.Library..{kind}'. Path '{path}.{name}'."
        )

    def record(self, kind: str, id: str, action: str, label: str = "") -> None:
        """Note for the journal that an element was created or updated."""
        if action == "created":
            self.counts.created += 1
        else:
            self.counts.updated += 1
        self.counts.documents.append((kind, id, action, label))

    def event(self, category: str, action: str, id: str) -> None:
        """Note a webhook event (CREATE or UPDATE)."""
        self.events.append((category, action, id))


class Written(msgspec.Struct):
    """The answer to a write before it is wrapped: elements as JSON objects."""

    plural: str
    elements: list[Json]
    separately: bool = False


class BatchRefused(ApiException):
    """The default answer to a write with a bad element: 400 with the failed elements."""

    def __init__(self, elements: list[Json]) -> None:
        super().__init__("A validation exception occurred")
        self.elements = elements


def write_each(
    ctx: Context,
    plural: str,
    singular: str,
    one: Callable[[Context, Json, int], Json],
    *,
    id_field: str,
    error_flag: str = "HasErrors",
    elements: list[Json] | None = None,
    most: int | None = None,
) -> Written:
    """Write a batch element by element; a refused one changes nothing.

    one: writes an element (given its position) and returns how it is answered; raises Invalid.
    Default: any refusal refuses the call (BatchRefused). summarizeErrors=false: every element answers for itself.
    """
    found = elements if elements is not None else ctx.elements(plural, singular)
    if most is not None and len(found) > most:
        raise Invalid(f"A maximum of {most} {plural} can be sent in one request.")
    separately = ctx.separately
    changes = ctx.org.changes
    counts = ctx.counts
    answers: list[Json] = []
    failed: list[Json] = []
    for position, element in enumerate(found):
        mark = len(changes.undo)
        noted = (counts.created, counts.updated, len(counts.documents), len(ctx.events))
        try:
            answer = one(ctx, element, position)
        except Invalid as refusal:
            changes.roll_back(mark)
            counts.created, counts.updated = noted[0], noted[1]
            del counts.documents[noted[2] :]
            del ctx.events[noted[3] :]
            counts.refused += 1
            answer = refused(element, refusal, id_field, error_flag)
            if separately:
                answer = {"StatusAttributeString": "ERROR", **answer}
            failed.append(answer)
        else:
            if separately:
                answer["StatusAttributeString"] = "WARNING" if answer.get("Warnings") else "OK"
        answers.append(answer)
    if failed and not separately:
        if not ctx.switches.summarised_batch_saves_good_elements:
            changes.roll_back()
            counts.created = counts.updated = 0
            counts.documents.clear()
            ctx.events.clear()
        raise BatchRefused(failed)
    return Written(plural, answers, separately)


_DATES = ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate", "ExpiryDate", "DeliveryDate")


_NUMBERS = frozenset(
    {
        "UnitAmount",
        "Quantity",
        "LineAmount",
        "TaxAmount",
        "DiscountRate",
        "DiscountAmount",
        "SubTotal",
        "TotalTax",
        "Total",
    }
    | {"Amount", "CurrencyRate", "RoundingAmount", "BankAmount"}
)


def _echo(key: str, value: object) -> object:
    """A sent member as it is echoed: numbers sent as text come back as numbers."""
    if isinstance(value, list):
        return [_echo(key, part) for part in value]
    if isinstance(value, dict):
        return {name: _echo(name, part) for name, part in value.items() if part is not None}
    if key in _NUMBERS and isinstance(value, str):
        try:
            return money(scaled(value, CENTS)) if key != "CurrencyRate" else rate(scaled(value, RATE))
        except NotANumber:
            return value
    return value


def refused(element: Json, refusal: Invalid, id_field: str, error_flag: str) -> Json:
    """How a refused element is answered: what was sent, over what is stored, and the messages."""
    answer: Json = {id_field: ZERO_ID}
    answer.update(refusal.stored or {})
    for key, value in element.items():
        if value is None:
            continue
        if key in _DATES and isinstance(value, str):
            try:
                day = dates.day_of(value)
            except dates.NotADate:
                continue
            if key in ("Date", "DueDate"):
                answer[f"{key}String"] = dates.day_text(day)
            answer[key] = dates.day_ms(day)
        else:
            answer[key] = _echo(key, value)
    answer[error_flag] = True
    answer["ValidationErrors"] = [{"Message": message} for message in refusal.messages]
    return answer
