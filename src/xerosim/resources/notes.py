"""History and attachments, which hang on any document."""

from typing import Any
from urllib.parse import quote

import msgspec

from xerosim import dates
from xerosim.errors import Invalid, NotFound, Validation
from xerosim.model import Attachment, Generic, Note
from xerosim.resources import generic
from xerosim.resources.context import Context, Written
from xerosim.wire import Json, Request, Response

LONGEST_NOTE, MOST_FILES, LARGEST_FILE = 2500, 10, 10_000_000
_BAD_NAME = frozenset('<>:"/\\|?*\0+')


def owner(ctx: Context, collection: str, key: str) -> Any:
    """The value that history or attachments hang on; None if unknown."""
    if collection == generic.REPEATING.collection:
        kept = ctx.org.generics.get(key.lower())
        return kept if kept is not None and kept.collection == collection else None
    held = ctx.org.all_collections.get(collection)
    if held is None:
        raise NotFound
    values = held[0]
    found = values.get(key.lower())
    if found is None and collection in ("Invoices", "CreditNotes", "Quotes", "PurchaseOrders", "Contacts"):
        found = values.first("number", key.casefold())
    return found


def history(ctx: Context, collection: str, key: str) -> Written:
    """GET lists notes, PUT (or POST) adds them."""
    value = owner(ctx, collection, key)
    if ctx.method == "GET":
        if value is None:
            raise NotFound
        return Written(
            "HistoryRecords", [_render(note, read=True) for note in ctx.org.notes.by("document", value.id)]
        )
    if value is None:
        raise Invalid("The document with the supplied id was not found for this endpoint.")
    answers = []
    for element in ctx.elements("HistoryRecords", "HistoryRecord"):
        details = ctx.text(element, "Details") or ""
        if not details:
            raise Invalid("Details is a required field")
        if len(details) > LONGEST_NOTE:
            raise Invalid(f"Details must not be longer than {LONGEST_NOTE} characters.")
        note = Note(ctx.org.new_id(), value.id, "Note", details, "System Generated", ctx.now)
        ctx.org.notes.put(note)
        ctx.record("History", note.id, "created")
        answers.append(_render(note, read=False))
    return Written("HistoryRecords", answers)


def _render(note: Note, *, read: bool) -> Json:
    answer: Json = {"DateUTCString": dates.utc_text(note.at).rstrip("Z"), "DateUTC": dates.ms(note.at)}
    if read:
        answer = {"Changes": note.changes, **answer, "User": note.user}
    answer["Details"] = note.details
    return answer


def attachments(ctx: Context, collection: str, parts: list[str], request: Request) -> Written | Response:
    """GET lists or downloads, PUT and POST upload by name."""
    value = owner(ctx, collection, parts[1])
    if value is None:
        raise NotFound
    held = ctx.org.attachments.by("document", value.id)
    if len(parts) == 3:
        if ctx.method != "GET":
            raise NotFound
        return Written("Attachments", [_render_file(ctx, collection, file) for file in held])
    name = "/".join(parts[3:])
    found = next((file for file in held if name in (file.id, file.name)), None)
    if ctx.method == "GET":
        if found is None:
            raise NotFound
        return Response(200, {"content-type": found.mime}, found.content)
    if _BAD_NAME & set(name):
        raise Validation("The file name contains invalid characters.")
    if not request.body:
        raise Validation("The attachment has no content.")
    if len(request.body) > LARGEST_FILE:
        raise Validation("The attachment is larger than the maximum file size.")
    if found is None and len(held) >= MOST_FILES:
        raise Validation("A maximum of 10 attachments can be added to a document.")
    mime = request.headers.get("content-type", "application/octet-stream")
    file = Attachment(
        found.id if found else ctx.org.new_id(), value.id, name, mime, request.body, ctx.flag("IncludeOnline")
    )
    ctx.org.attachments.put(file)
    ctx.record("Attachments", file.id, "updated" if found else "created", name)
    if isinstance(value, Generic):
        generic.mark_attached(ctx, value)
    elif hasattr(value, "attachments") and not value.attachments:
        ctx.org.all_collections[collection][0].put(msgspec.structs.replace(value, attachments=True, updated=ctx.now))
    return Written("Attachments", [_render_file(ctx, collection, file)])


def _render_file(ctx: Context, collection: str, file: Attachment) -> Json:
    return {
        "AttachmentID": file.id,
        "FileName": file.name,
        "Url": f"https://api.xero.com/api.xro/2.0/{collection}/{file.document}/Attachments/{quote(file.name)}",
        "MimeType": file.mime,
        "ContentLength": len(file.content),
        "IncludeOnline": file.online,
    }
