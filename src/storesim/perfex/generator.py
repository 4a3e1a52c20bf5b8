"""A seeded CRM of any size: clients, invoices in every status, payments, credit notes, and what goes wrong."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from storesim.perfex.arithmetic import Discount, LineInput, Tax
from storesim.perfex.core import Options, whole
from storesim.perfex.crm import Crm
from storesim.perfex.sales import InvoiceInput

_FIRST = ("Mary", "Amir", "Noëlle", "Jun", "Siobhán", "Ola", "Ines", "Tom")
_LAST = ("Poole", "Haddad", "Ó Briain", "Sato", "Lindqvist", "Marsh", "Costa", "Reed")
_COMPANIES = ("Harbour Lights", "Smith & Sons", "Fen Joinery", "Brook Ltd", "North Quay", "Ash Grove", "Tern Maps")
_WORK = ("Design", "Consulting", "Hosting", "Copy editing", "Photography", "Training", "Support", "Print")
_ZERO = Decimal(0)


def generate(
    *,
    invoices: int = 40,
    seed: int = 1,
    today: date = date(2026, 11, 20),
    currencies: Sequence[str] = ("GBP", "USD"),
    taxes: Sequence[tuple[str, str]] = (("VAT", "20"), ("VAT reduced", "5")),
    options: Options | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Crm:
    """A CRM with so many invoices over the last year. The same seed gives the same CRM.

    clock: its time afterwards; while it is made, time goes with the documents.
    """
    return _Maker(Random(seed), today, currencies, taxes, options, clock).make(invoices)


class _Maker:
    def __init__(
        self,
        random: Random,
        today: date,
        currencies: Sequence[str],
        taxes: Sequence[tuple[str, str]],
        options: Options | None,
        clock: Callable[[], datetime] | None,
    ) -> None:
        self._random = random
        self._today = today
        self._now = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
        self._after = clock
        self._currencies = currencies
        self.crm = Crm(options, self._clock, currencies=currencies)
        self._taxes = [Tax(name, Decimal(rate)) for name, rate in taxes]
        self._made = False
        for tax in self._taxes:
            self.crm.people.add_tax(tax.name, tax.rate)

    def _clock(self) -> datetime:
        return self._after() if self._made and self._after is not None else self._now

    def make(self, invoices: int) -> Crm:
        clients = [self._client(number) for number in range(max(3, invoices // 4))]
        for number, name in enumerate(_WORK):
            self.crm.people.add_item({"description": name, "rate": Decimal(50 + 5 * number), "tax": 1, "unit": "h"})
        start = self._today - timedelta(days=300)
        for number in range(invoices):
            day = start + timedelta(days=number * 300 // max(invoices, 1))
            self._now = datetime(day.year, day.month, day.day, 10, 0, number % 60, tzinfo=UTC)
            self._invoice(self._random.choice(clients), day)
        self._now = datetime(self._today.year, self._today.month, self._today.day, 9, tzinfo=UTC)
        for row in self.crm.tables.all("invoices"):
            self.crm.sales.refresh_status(whole(row["id"]))
        self._expense()
        self._made = True
        return self.crm

    def _client(self, number: int) -> int:
        random, people = self._random, self.crm.people
        person = random.random() < 0.3
        first, last = random.choice(_FIRST), random.choice(_LAST)
        company = f"{first} {last}" if person else f"{random.choice(_COMPANIES)} {number + 1}"
        country = self.crm.country("GB" if random.random() < 0.9 else "")
        address = {
            "billing_street": f"{number + 1} Quay Street{'<br />Floor 2' if number % 5 == 0 else ''}",
            "billing_city": "Bristol", "billing_zip": f"BS{number % 9 + 1} 4AA", "billing_country": country,
        }  # fmt: skip
        client = people.add_client(
            {
                "company": company, "vat": "" if person else f"GB{100000000 + number}", "country": country,
                "phonenumber": f"0117 496 0{number % 1000:03d}", "address": f"{number + 1} Quay Street",
                "city": "Bristol", "zip": f"BS{number % 9 + 1} 4AA", **address,
            }
        )  # fmt: skip
        if random.random() < 0.85:
            email = f"{first}.{last}.{number}@example.test".lower().replace(" ", "").replace("ó", "o")
            people.add_contact(
                client, {"firstname": first, "lastname": last, "email": email.encode("ascii", "ignore").decode()}
            )
        return client

    def _lines(self) -> tuple[LineInput, ...]:
        random = self._random
        lines = []
        for _ in range(random.randint(1, 4)):
            quantity = random.choice(("1", "2", "0.25", "3", "1.5", "7"))
            rate = Decimal(random.randint(100, 40000)) / 100
            if random.random() < 0.04:
                rate, quantity = -rate / 10, "1"
            taxes = (self._taxes[0],) if random.random() < 0.8 else (random.choice(self._taxes),)
            lines.append(
                LineInput(
                    random.choice(_WORK), Decimal(quantity), rate.quantize(Decimal("0.01")), taxes,
                    "As agreed<br />on the telephone" if random.random() < 0.2 else "",
                )
            )  # fmt: skip
        return tuple(lines)

    def _discount(self) -> Discount:
        chance = self._random.random()
        if chance < 0.1:
            return Discount("before_tax", percent=Decimal(self._random.choice((5, 10, 15))))
        if chance < 0.15:
            return Discount("before_tax", fixed=Decimal(self._random.randint(100, 1500)) / 100)
        if chance < 0.2:
            return Discount("after_tax", fixed=Decimal(self._random.randint(100, 900)) / 100)
        return Discount()

    def _invoice(self, client: int, day: date) -> None:
        random, crm = self._random, self.crm
        lines = self._lines()
        if sum((line.amount for line in lines), _ZERO) <= 40:
            lines = (*lines, LineInput("Minimum charge", Decimal(1), Decimal(60), (self._taxes[0],)))
        currency = self._currencies[0] if random.random() < 0.75 else random.choice(list(self._currencies))
        address = crm.tables.one("clients", client)
        key = crm.sales.add(
            InvoiceInput(
                client=client, lines=lines, date=day.isoformat(), currency=crm.currency(currency),
                duedate=None if random.random() < 0.1 else (day + timedelta(days=30)).isoformat(),
                discount=self._discount(),
                adjustment=Decimal(random.randint(-9, 9)) / 100 if random.random() < 0.08 else None,
                draft=random.random() < 0.06,
                more={name: address[name] for name in address if name.startswith("billing_")},
            )
        )  # fmt: skip
        self._aftermath(key, client, day, currency)

    def _aftermath(self, key: int, client: int, day: date, currency: str) -> None:
        """What becomes of an invoice: paid, paid in parts, credited, cancelled, or nothing."""
        random, crm = self._random, self.crm
        chance, later = random.random(), (day + timedelta(days=random.randint(1, 12))).isoformat()
        mode = random.choice(("1", "stripe", "paypal"))
        if crm.tables.one("invoices", key)["status"] == 6:
            return
        left = crm.sales.left(key)
        if chance < 0.5 and left > 0:
            crm.sales.pay(key, left, mode, later, transaction=f"tx_{key}")
        elif chance < 0.62 and left > 1:
            half = (left / 2).quantize(Decimal("0.01"))
            crm.sales.pay(key, half, mode, later, transaction=f"tx_{key}")
            if random.random() < 0.5:
                crm.sales.pay(key, left - half, "1", later)
        elif chance < 0.72:
            self._credit(key, client, later, currency)
        elif chance < 0.78:
            crm.sales.cancel(key)

    def _credit(self, key: int, client: int, day: str, currency: str) -> None:
        """A credit note over the first line, applied to the invoice; what is left of it may be given back."""
        crm = self.crm
        first = next((line for line in crm.sales.lines(key) if line.amount > 0), None)
        if first is None:
            return
        note = crm.credits.add(
            client, (first,), day, currency=crm.currency(currency), reference=crm.sales.number(key)
        )
        amount = min(crm.credits.remaining(note), crm.sales.left(key))
        if amount > 0:
            crm.credits.apply(note, key, amount, day)
        if crm.credits.remaining(note) > 0 and self._random.random() < 0.5:
            crm.credits.refund(note, crm.credits.remaining(note), "1", day)

    def _expense(self) -> None:
        """One that must be left alone."""
        tables = self.crm.tables
        category = tables.insert("expenses_categories", {"name": "Travel"})
        tables.insert(
            "expenses",
            {
                "category": category, "currency": 1, "amount": Decimal("42.00"), "expense_name": "Train",
                "date": self._today.isoformat(), "dateadded": self.crm.core.local_now(),
            },
        )  # fmt: skip
