"""The smallest PDF that shows a document's number."""

from xerosim.resources.context import Context
from xerosim.wire import Response


def wanted(ctx: Context, parts: list[str]) -> bool:
    """Whether a call asks for one document as PDF: by its Accept header, or by /{id}/pdf as in the published file."""
    by_path = len(parts) == 3 and parts[2].lower() == "pdf"
    return ctx.method == "GET" and (
        by_path or (len(parts) == 2 and "application/pdf" in ctx.headers.get("accept", ""))
    )


def answer(number: str) -> Response:
    """A document as PDF."""
    return Response(200, {"content-type": "application/pdf"}, pdf(number))


def pdf(number: str) -> bytes:
    """One page with the number on it."""
    shown = "".join(c if c.isascii() and c.isprintable() and c not in "()\\" else "?" for c in number)
    stream = f"BT /F1 24 Tf 72 720 Td ({shown}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for position, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (position, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        body
        + head
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    )
