"""What is left to do before the first document goes: seven steps, each judged by records and never stored."""

from __future__ import annotations

import msgspec
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tieout.records.models import Connection, Document, Organisation, Posting
from tieout.rules.catalogue import Code
from tieout.rules.gaps import find_gaps
from tieout.web import formats
from tieout.web.pairs import Pair, pairs

#: Codes of held postings by the step that mends them; a mapping that fits no more goes by its subject's first word.
_MENDED_BY = {
    Code.ACCOUNT_UNMAPPED.value: "accounts",
    Code.CURRENCY_NOT_ENABLED.value: "accounts",
    Code.TAX_UNMAPPED.value: "taxes",
    Code.ZERO_TAX_UNDECIDED.value: "taxes",
    Code.METHOD_UNMAPPED.value: "methods",
}
_BY_SUBJECT = {"account": "accounts", "tax": "taxes", "method": "methods", "numbering": "accounts"}
#: Sentences shown below a step; the screens show all.
_SENTENCES_MAX = 4


class Post(msgspec.Struct, frozen=True):
    """A button that does or tests something on the spot. right: name of the right that it needs."""

    title: str
    url: str
    right: str
    icon: str = "stethoscope"
    #: Only the step that is next has a filled button.
    main: bool = False


class Step(msgspec.Struct, frozen=True):
    """left: what is still missing, in sentences. post: what can be pressed here, None for nothing."""

    name: str
    title: str
    text: str
    done: bool
    url: str
    button: str
    left: tuple[str, ...] = ()
    post: Post | None = None


class Checklist(msgspec.Struct, frozen=True):
    """finished: all done, or documents went already; later gaps are the Problems screen's."""

    steps: tuple[Step, ...]
    finished: bool

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> str:
        """Name of the first step that is not done, "" when all are."""
        return next((step.name for step in self.steps if not step.done), "")


class _Held(msgspec.Struct, frozen=True):
    """Held documents and sentences of one step."""

    count: int
    sentences: tuple[str, ...]


def has_started() -> bool:
    """Whether anything of ours is in Xero: then nobody needs the list any more. One query, and a cheap one."""
    return Posting.objects.filter(state="posted").exists()


def checklist() -> Checklist:
    """The steps as they stand now."""
    store = Connection.objects.filter(removed_at=None).order_by("id").first()
    organisation = Organisation.objects.filter(removed_at=None).order_by("id").defer("reference").first()
    pair = next(iter(pairs()), None)
    held = _held(pair)
    planned = pair is not None and Posting.objects.filter(connection_id=pair.connection).exists()
    steps = (
        _store(store),
        _xero(organisation, store, pair),
        *_mapping(pair, held, planned=planned),
        _plan(pair, planned=planned),
        _start(organisation, planned=planned),
    )
    return Checklist(steps, all(step.done for step in steps) or has_started())


def _store(store: Connection | None) -> Step:
    title, url = _("Connect a store"), reverse("connections")
    if store is None:
        text = _("Where your orders, invoices and customers come from.")
        return Step("store", title, text, False, url, _("Connect a store"))
    test = Post(_("Test"), reverse("test_store", args=(store.pk,)), "own")
    if store.status == "working":
        count = Document.objects.filter(connection=store).count()
        text = ngettext("%(name)s, %(n)s document read.", "%(name)s, %(n)s documents read.", count)
        text = text % {"name": store.name, "n": formats.number(count)}
        return Step("store", title, text, True, url, _("Connections"), post=test)
    text = store.status_reason or _("%(name)s has not been read yet; that begins within a minute.") % {
        "name": store.name
    }
    return Step("store", title, text, False, url, _("Connections"), post=test)


def _xero(organisation: Organisation | None, store: Connection | None, pair: Pair | None) -> Step:
    title = _("Connect Xero")
    if organisation is None:
        text = _("Make an app at Xero, give consent, choose the organisation.")
        return Step("xero", title, text, False, reverse("connect_xero"), _("Connect Xero"))
    url = reverse("connections")
    test = Post(_("Test"), reverse("organisation_act", args=(organisation.pk, "test")), "own")
    if organisation.status in ("no_access", "disconnected"):
        text = organisation.status_reason
        return Step("xero", title, text, False, url, _("Reconnect"), post=test)
    if pair is None:
        text = _("%(name)s is connected. Choose the store that goes there.") % {"name": organisation}
        button = _("Choose the store") if store is not None else _("Connections")
        return Step("xero", title, text, False, url, button, post=test)
    return Step("xero", title, pair.title, True, url, _("Connections"), post=test)


def _mapping(pair: Pair | None, held: dict[str, _Held], *, planned: bool) -> list[Step]:
    wanted = (
        ("accounts", _("Choose accounts"), _("Where sales, shipping and the rest are booked."), "accounts", ""),
        ("taxes", _("Map taxes"), _("Each tax of the store to a tax rate of Xero."), "mapping", "#taxes"),
        ("methods", _("Map payment methods"), _("The account where money of each waits."), "mapping", "#methods"),
    )
    steps = []
    for name, title, text, screen, part in wanted:
        url = reverse(screen) + part
        if pair is None:
            steps.append(Step(name, title, text, False, url, ""))
            continue
        step = held.get(name, _Held(0, ()))
        done = planned and not step.sentences and not step.count
        if step.count:
            counted = ngettext("%(n)s document waits for it.", "%(n)s documents wait for it.", step.count)
            text = f"{text} {counted % {'n': formats.number(step.count)}}"
        url = f"{reverse(screen)}?pair={pair.key}{part}"
        missing = f"{reverse('proposals')}?pair={pair.key}"
        if done:
            steps.append(Step(name, title, text, True, url, _("Look")))
        elif planned or step.sentences:
            steps.append(Step(name, title, text, False, missing, _("Propose what is missing"), step.sentences))
        else:
            steps.append(Step(name, title, text, False, url, _("Look")))
    return steps


def _held(pair: Pair | None) -> dict[str, _Held]:
    """What is missing, by step: gaps of the rules, and what documents met."""
    counts: dict[str, int] = {}
    sentences: dict[str, dict[str, None]] = {}
    if pair is None:
        return {}
    gaps = find_gaps(pair.rules, pair.reference) if pair.reference is not None else ()
    for gap in gaps:
        sentences.setdefault(_step_of(gap.code, gap.subject), {})[gap.reason] = None
    # Payments wait for their sales: before those go, no document can tell that a method has no account.
    if not pair.rules.accounts.bank and not any(rule.account_code for rule in pair.rules.methods):
        sentences.setdefault("methods", {})[_("No payment method has an account yet.")] = None
    rows = (
        Posting.objects.filter(state="held", connection_id=pair.connection, organisation_id=pair.organisation)
        .order_by()
        .values("code", "subject")
        .annotate(count=Count("document_id", distinct=True))
        .order_by("-count")
    )
    for row in rows:
        step = _step_of(row["code"], row["subject"])
        counts[step] = counts.get(step, 0) + row["count"]
        if row["subject"]:
            sentences.setdefault(step, {})[f"{row['subject']} ({formats.number(row['count'])})"] = None
    return {
        step: _Held(counts.get(step, 0), tuple(sentences.get(step, ()))[:_SENTENCES_MAX])
        for step in {*counts, *sentences}
    }


def _step_of(code: str, subject: str) -> str:
    return _MENDED_BY.get(code) or _BY_SUBJECT.get(subject.partition(" ")[0], "other")


def _plan(pair: Pair | None, *, planned: bool) -> Step:
    title, url = _("Look at the plan"), reverse("plan")
    if pair is None or not planned:
        return Step("plan", title, _("What would be booked in Xero, and how many calls it costs."), False, url, "")
    left = Document.objects.filter(connection_id=pair.connection, planning_due=True).count()
    if left:
        text = ngettext("%(n)s document is being planned.", "%(n)s documents are being planned.", left)
        return Step("plan", title, text % {"n": formats.number(left)}, False, url, _("Look at the plan"))
    ready = Posting.objects.filter(connection_id=pair.connection, state__in=("queued", "waiting")).count()
    if not ready and Posting.objects.filter(connection_id=pair.connection, state="posted").exists():
        return Step("plan", title, _("What was planned is in Xero."), True, url, _("Look at the plan"))
    text = ngettext("%(n)s posting is ready.", "%(n)s postings are ready.", ready) % {"n": formats.number(ready)}
    return Step("plan", title, text, bool(ready), url, _("Look at the plan"))


def _start(organisation: Organisation | None, *, planned: bool) -> Step:
    title, url = _("Start"), reverse("queue")
    if organisation is None or not planned:
        return Step("start", title, _("Nothing is sent to Xero before you press Start."), False, url, "")
    if organisation.status == "connected":
        text = _("Documents go by themselves now.")
        return Step("start", title, text, True, url, _("Queue"))
    press = Post(_("Start"), reverse("organisation_act", args=(organisation.pk, "start")), "own", "play", main=True)
    text = _("Nothing is sent to Xero before you press Start. What is held waits until it is mapped.")
    return Step("start", title, text, False, url, _("Queue"), post=press)
