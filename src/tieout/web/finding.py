"""Finding a document from anywhere: by the beginning of its number, its marker in Xero, its e-mail."""

from __future__ import annotations

from tieout.records.models import Document, Posting
from tieout.web.grids.base import starts_with

FOUND_MAX = 50


def find_documents(text: str) -> list[Document]:
    """At most FOUND_MAX documents; indexes first, the slower search by name only when they find nothing."""
    found = list(Document.objects.filter(starts_with("number", text)).order_by("number", "id")[:FOUND_MAX])
    if not found:
        ids = Posting.objects.filter(marker=text).values_list("document_id", flat=True)[:FOUND_MAX]
        found = list(Document.objects.filter(pk__in=list(ids)).order_by("id"))
    if not found:
        found = list(Document.objects.filter(email=text.casefold()).order_by("-id")[:FOUND_MAX])
    if not found:
        found = list(Document.objects.filter(title__icontains=text).order_by("-id")[:FOUND_MAX])
    return found
