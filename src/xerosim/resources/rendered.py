"""Pages of documents already encoded: frozen values make a cache that cannot be stale unnoticed."""

import msgspec

from xerosim.model import Contact, Document
from xerosim.resources.context import Context
from xerosim.resources.documents_render import render
from xerosim.wire import encode

MOST = 20_000


class _Kept(msgspec.Struct, frozen=True):
    """An encoding and the very values it was made from (payments and credits always replace their document)."""

    document: Document
    contact: Contact | None
    version: int
    raw: msgspec.Raw


def of(ctx: Context, document: Document) -> msgspec.Raw:
    """A document as it stands in a page, as JSON bytes."""
    org = ctx.org
    cache: dict[tuple[str, int], _Kept] = org.rendered
    key = (document.id, ctx.places)
    contact = org.contacts.get(document.contact)
    version = org.items.version + org.tracking.version
    kept = cache.get(key)
    if kept is not None and kept.document is document and kept.contact is contact and kept.version == version:
        return kept.raw
    raw = msgspec.Raw(encode(render(ctx, document, full_contact=False)))
    if len(cache) >= MOST:
        cache.clear()
    cache[key] = _Kept(document, contact, version, raw)
    return raw
