"""Store lines → draft lines: account, tax type and text of each, and everything that is not decided yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tieout.accounting import LineAmountTypes
from tieout.documents import Line, LineKind, TaxTotal
from tieout.errors import Problem
from tieout.money import Rounding, round_decimal
from tieout.planning.apart import base_key, base_line, contra_lines
from tieout.planning.line_taxes import Copied, LineTaxes
from tieout.proof.sheet import DraftLine
from tieout.rules.book import RuleBook
from tieout.rules.catalogue import Code
from tieout.rules.choices import AccountChoice, SaleFacts, TaxChoice
from tieout.rules.items import item_code
from tieout.rules.tax_sets import codes_of
from tieout.rules.texts import line_text

_ZERO = Decimal(0)
_ONE = Decimal(1)

#: Account role of each kind of line; the second is taken where the first is not chosen.
_ROLES: dict[LineKind, str] = {
    LineKind.PRODUCT: "sales",
    LineKind.SHIPPING: "shipping",
    LineKind.FEE: "fees",
    LineKind.DISCOUNT: "discounts",
    LineKind.LEVY: "levies",
    LineKind.TIP: "tips",
    LineKind.VOUCHER_SALE: "gift_cards",
    LineKind.ADJUSTMENT: "refund_adjustments",
    LineKind.ROUNDING: "rounding",
}
#: Lines of these kinds are left out when they say nothing.
_SILENT_KINDS = frozenset(set(LineKind) - {LineKind.PRODUCT, LineKind.VOUCHER_SALE})

_TYPE_NAMES = {kind: kind.value.replace("_", " ") for kind in LineKind}


class Drafts(msgspec.Struct, frozen=True, gc=False):
    """lines to fit; problems (all of them) that hold the document; notes for people.

    means_shift: what named totals take out of the document, because they are means of payment (E3).
    """

    lines: tuple[DraftLine, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    means_shift: Decimal = _ZERO


class LineMaker:
    """Makes draft lines for one document. copies: store line key → what to repeat."""

    def __init__(
        self,
        *,
        book: RuleBook,
        facts: SaleFacts,
        on: date,
        mode: LineAmountTypes,
        discount_text: str = "",
        gross_discounts: bool = False,
        copies: Mapping[str, Copied] | None = None,
    ) -> None:
        self.book = book
        self.facts = facts
        self.mode = mode
        self.discount_text = discount_text
        self.gross_discounts = gross_discounts
        self.copies = copies or {}
        self.tracking = book.tracking(facts.store_view)
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.drafts: list[DraftLine] = []
        self.means_shift = _ZERO
        self.bases: list[DraftLine] = []
        nothing = book.tax_type(book.out_of_scope, "out of scope")
        if isinstance(nothing, Problem):
            self.problems.append(nothing)
            nothing = TaxChoice(book.out_of_scope, _ZERO, 0, 100, 100)
        self.out_of_scope = nothing
        self.taxes = LineTaxes(book, facts, on, self.copies, nothing)
        self._account_discounts = bool(book.rules.accounts.discounts)

    def make(self, lines: Sequence[Line], taxes: Sequence[TaxTotal]) -> Drafts:
        """Draft lines of a document in the store's order (CASES C43)."""
        self.taxes.look_over(lines, taxes)
        discounts: dict[str, list[tuple[Decimal, DraftLine]]] = {}
        for line in lines:
            if line.kind in _SILENT_KINDS and not line.net.amount and not line.tax.amount:
                continue
            if line.kind is LineKind.UNKNOWN and self._is_means(line):
                self.means_shift -= line.gross.amount
                continue
            draft = self._draft(line)
            if self.taxes.is_apart(line) and len(codes_of(line)) > 1 and draft.net:
                draft = self._taxes_apart(line, draft)
            inside = line.discount if line.discount_taxed else None
            if inside and self._account_discounts and draft.tax_choice.tax_type:
                draft = self._before_discount(draft, inside.amount, discounts)
            self._add_with_levies(line, draft)
        self.drafts.extend([*self.bases, *contra_lines(self.bases, self.out_of_scope)])
        for shared in discounts.values():
            self._discount_line(shared)
        if any(not line.discount_taxed for line in lines):
            self.notes.append(
                "The store charges tax on the price before the discount: it declares more tax than it owes. "
                "That is a setting of the store."
            )
        if self.taxes.as_liability:
            self._taxes_as_lines(taxes)
        return Drafts(tuple(self.drafts), tuple(dict.fromkeys(self.problems)), tuple(self.notes), self.means_shift)

    def _draft(self, line: Line) -> DraftLine:
        percent_shares = [share for share in line.taxes if not share.fixed]
        copied = self.copies.get(line.key)
        choice = self._tax(line, copied)
        account = self._account(line, copied, bool(percent_shares) and line.tax.amount != 0)
        if account.code and choice.tax_type and self.mode is not LineAmountTypes.NO_TAX:
            wrong = self.book.pair_problem(account.code, choice.tax_type)
            if wrong is not None:
                self.problems.append(wrong)
        shares = tuple([(share.code, share.amount.amount) for share in percent_shares])
        if not line.taxes and line.tax.amount:
            shares = (("", line.tax.amount),)
        sends_item = line.kind is LineKind.PRODUCT and line.sku and self.book.rules.send_items
        return DraftLine(
            key=line.key,
            description=self._text(line),
            quantity=line.quantity,
            net=line.net.amount,
            tax=line.tax.amount,
            gross=line.gross.amount,
            account_code=account.code,
            tax_choice=choice,
            shares=shares,
            item_code=item_code(line.sku) if sends_item else "",
            tracking=self.tracking,
            why_account=account.why,
        )

    def _text(self, line: Line) -> str:
        text = line.name or line.sku or _TYPE_NAMES[line.kind]
        if line.options:
            text += "\n" + "\n".join(line.options)
        discount = line.discount
        if discount is not None and discount.amount and line.discount_taxed and not self._account_discounts:
            named = f": {self.discount_text}" if self.discount_text else ""
            text += f"\n(discount of {discount.amount:f} taken off{named})"
        return line_text(text) or _TYPE_NAMES[line.kind]

    def _tax(self, line: Line, copied: Copied | None) -> TaxChoice:
        found = self.taxes.choose(line, copied)
        if isinstance(found, Problem):
            self.problems.append(found)
            return self.out_of_scope
        return found

    def _taxes_apart(self, line: Line, draft: DraftLine) -> DraftLine:
        """The line with its first tax only; the others go to lines of their own."""
        first, *others = sorted([share for share in line.taxes if not share.fixed], key=lambda share: share.code)
        for share in others:
            copied = self.copies.get(base_key(line.key, share.code))
            choice = (
                self.book.tax_type(copied.tax_type, f"as on {copied.number}") if copied else self.taxes.single(share)
            )
            if isinstance(choice, Problem):
                self.problems.append(choice)
                continue
            base = base_line(draft, share.code, share.title or share.code, share.amount.amount, choice)
            self.bases.append(base)
        taken = sum([share.amount.amount for share in others], _ZERO)
        return msgspec.structs.replace(
            draft,
            tax=draft.tax - taken,
            gross=draft.gross - taken,
            shares=((first.code, first.amount.amount),),
        )

    def _account(self, line: Line, copied: Copied | None, taxed: bool) -> AccountChoice:
        if copied is not None:
            return AccountChoice(copied.account_code, f"as on {copied.number}")
        view = self.facts.store_view
        if line.kind is LineKind.UNKNOWN:
            rule = self.book.unknown_total(line.code)
            if rule is None:
                self.problems.append(
                    Problem(
                        Code.TOTAL_UNKNOWN,
                        f"The store added {line.gross} as “{line.name or line.code}”: "
                        "fee, discount or means of payment?",
                        f"total {line.code}",
                    )
                )
                return AccountChoice("", "")
            return AccountChoice(rule.account_code, f"total {line.code} is named by hand")
        role = _ROLES[line.kind]
        if line.kind is LineKind.VOUCHER_SALE and taxed:
            role = "sales"  # taxed at sale, so it is revenue at once (ACCOUNTING C6)
        elif role == "discounts" and not self._account_discounts:
            role = "sales"
        found = self.book.account(role, view, line.sku, line.tax_class, line.code)
        if isinstance(found, Problem):
            self.problems.append(found)
            return AccountChoice("", "")
        return found

    def _is_means(self, line: Line) -> bool:
        rule = self.book.unknown_total(line.code)
        return rule is not None and rule.meaning == "means"

    def _before_discount(
        self, draft: DraftLine, discount: Decimal, discounts: dict[str, list[tuple[Decimal, DraftLine]]]
    ) -> DraftLine:
        """The line before its discount; the discount goes to a line of its own per tax type (ACCOUNTING A12)."""
        percent = draft.tax_choice.percent
        if self.gross_discounts and self.mode is not LineAmountTypes.INCLUSIVE:
            discount = round_decimal(discount * 100 / (100 + percent), 2, Rounding.HALF_UP)
        elif not self.gross_discounts and self.mode is LineAmountTypes.INCLUSIVE:
            discount = round_decimal(discount * (100 + percent) / 100, 2, Rounding.HALF_UP)
        discounts.setdefault(draft.tax_choice.tax_type, []).append((discount, draft))
        return msgspec.structs.replace(draft, net=draft.net + discount, gross=draft.gross + discount)

    def _discount_line(self, shared: list[tuple[Decimal, DraftLine]]) -> None:
        first = shared[0][1]
        key = f"discount:{first.tax_choice.tax_type}"
        account = self._copied_account(key) or self._discount_account()
        amount = -sum([discount for discount, _ in shared], _ZERO)
        self.drafts.append(
            DraftLine(
                key=key,
                description=line_text(self.discount_text or "Discount"),
                quantity=_ONE,
                net=amount,
                tax=_ZERO,
                gross=amount,
                account_code=account.code,
                tax_choice=first.tax_choice,
                tracking=self.tracking,
                why_account=account.why,
            )
        )

    def _discount_account(self) -> AccountChoice:
        role = "discounts" if self._account_discounts else "sales"
        found = self.book.account(role, self.facts.store_view)
        if isinstance(found, Problem):
            self.problems.append(found)
            return AccountChoice("", "")
        return found

    def _copied_account(self, key: str) -> AccountChoice | None:
        copied = self.copies.get(key)
        return None if copied is None else AccountChoice(copied.account_code, f"as on {copied.number}")

    def _add_with_levies(self, line: Line, draft: DraftLine) -> None:
        """Fixed-amount taxes leave their line and become lines that count as tax (ACCOUNTING A7)."""
        fixed = [share for share in line.taxes if share.fixed and share.amount.amount]
        if not fixed:
            self.drafts.append(draft)
            return
        taken = sum([share.amount.amount for share in fixed], _ZERO)
        self.drafts.append(msgspec.structs.replace(draft, tax=draft.tax - taken, gross=draft.gross - taken))
        for share in fixed:
            self._counted_line(
                f"{line.key}:{share.code}", share.title or share.code, share.code, share.amount.amount, "levies"
            )

    def _taxes_as_lines(self, taxes: Sequence[TaxTotal]) -> None:
        """US organisations: one line per tax of the store, to the liability account (ACCOUNTING A8)."""
        self.drafts = [
            msgspec.structs.replace(d, tax=_ZERO, gross=d.net, shares=()) if d.shares else d for d in self.drafts
        ]
        for tax in taxes:
            if tax.amount.amount:
                self._counted_line(
                    f"tax:{tax.code}", tax.title or tax.code, tax.code, tax.amount.amount, "tax_liability"
                )

    def _counted_line(self, key: str, text: str, code: str, amount: Decimal, role: str) -> None:
        account = self._copied_account(key) or self.book.account(role, self.facts.store_view, code=code)
        if isinstance(account, Problem):
            self.problems.append(account)
            account = AccountChoice("", "")
        self.drafts.append(
            DraftLine(
                key=key,
                description=line_text(text),
                quantity=_ONE,
                net=amount,
                tax=_ZERO,
                gross=amount,
                account_code=account.code,
                tax_choice=self.out_of_scope,
                tracking=self.tracking,
                tax_code=code,
                why_account=account.why,
            )
        )
