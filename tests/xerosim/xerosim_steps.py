"""The steps that a journey through the Accounting API is made of (xerosim_journey)."""

from typing import Any

Step = dict[str, Any]
Body = tuple[str, dict[str, Any]]

#: Operations of the SDKs that the journey leaves out.
LEFT_OUT = {
    "expense claims and receipts are retired and not simulated": (
        "create_expense_claim_history", "create_expense_claims", "get_expense_claim", "get_expense_claim_history",
        "get_expense_claims", "update_expense_claim", "create_receipt", "create_receipt_history", "get_receipt",
        "get_receipt_history", "get_receipts", "update_receipt", "create_receipt_attachment_by_file_name",
        "get_receipt_attachment_by_file_name", "get_receipt_attachment_by_id", "get_receipt_attachments",
        "update_receipt_attachment_by_file_name",
    ),
    "conversion balances are not simulated": ("post_setup",),
    "no budget exists to be read alone": ("get_budget",),
    "of American contractors, not simulated": ("get_report_ten_ninety_nine",),
}  # fmt: skip
NOTE: Body = ("HistoryRecords", {"HistoryRecords": [{"Details": "Seen"}]})
ADA = {"Name": "Ada Byron"}
BANK = {"Code": "090"}
SALE = {"Description": "Part", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT2"}
COST = {**SALE, "AccountCode": "400", "TaxType": "INPUT2"}
FREE = {**SALE, "TaxType": "NONE", "UnitAmount": 30}


def step(do: str, *, keep: dict[str, str] | None = None, expect: dict[str, Any] | None = None, **given: Any) -> Step:
    return {"do": do, "with": given, "keep": keep or {}, "expect": expect or {}}


def document(**members: Any) -> dict[str, Any]:
    made = {"Type": "ACCREC", "Contact": ADA, "Date": "2026-09-01", "DueDate": "2026-09-30", "Status": "AUTHORISED"}
    return {**made, "LineItems": [SALE], **members}


def history(noun: str, id: str, *, create: str, read: str) -> list[Step]:
    return [
        step(create, **{id: f"${noun}", "history_records": NOTE}, expect={"HistoryRecords.0.Details": "Seen"}),
        step(read, **{id: f"${noun}"}, expect={"HistoryRecords.0.Changes": "Note"}),
    ]


def files(noun: str) -> list[Step]:
    """Upload, replace, list, download by name and by id."""
    of = {f"{noun}_id": f"${noun}"}
    first, second = {"bytes": "first"}, {"bytes": "second, longer"}
    name, kind = f"{noun}_attachment_by_file_name", {"content_type": "text/plain"}
    return [
        step(f"create_{name}", **of, file_name="a.txt", body=first, expect={"Attachments.0.ContentLength": 5}),
        step(f"update_{name}", **of, file_name="a.txt", body=second, keep={"file": "Attachments.0.AttachmentID"}),
        step(f"get_{noun}_attachments", **of, expect={"Attachments.0.FileName": "a.txt", "Attachments.#": 1}),
        step(f"get_{name}", **of, file_name="a.txt", **kind, expect={"bytes": "second, longer"}),
        step(f"get_{noun}_attachment_by_id", **of, attachment_id="$file", **kind, expect={"bytes": "second, longer"}),
    ]
