"""The whole simulated Xero: organisations, identity, limits, faults, journal; one entry, `handle`."""

import datetime
import hashlib
import random
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from xerosim import api, control
from xerosim.clock import Clock, RealClock
from xerosim.errors import NotFound, Problem, Refusal
from xerosim.faults import Faults
from xerosim.idempotency import IdempotencyCache
from xerosim.identity import endpoints
from xerosim.identity.scopes import ALL
from xerosim.identity.tokens import App, Grant, Identity, User
from xerosim.journal import Journal, Made
from xerosim.limits import Limits
from xerosim.organisation import Organisation, Settings
from xerosim.regions import PACKS, furnish
from xerosim.resources import repeating
from xerosim.resources.context import Context
from xerosim.state import StateFile
from xerosim.switches import Switches, switched
from xerosim.webhooks import Sender, Webhooks
from xerosim.window import pages
from xerosim.wire import Json, Request, Response

PUBLIC_HOST = "https://identity.xero.com"


class World:
    """A simulated Xero with everything it knows. All methods may be called from several threads."""

    def __init__(
        self,
        *,
        seed: int = 1,
        clock: Clock | None = None,
        tier: str = "core",
        switches: Switches | None = None,
        app_name: str = "Simulated App",
    ) -> None:
        self.seed = seed
        self.clock: Clock = clock or RealClock()
        self.switches = switches or Switches()
        self.organisations: dict[str, Organisation] = {}
        self.identity = Identity(seed, lambda: self.switches)
        self.limits: dict[str, Limits] = {}
        self.tier = tier
        self.idempotency = IdempotencyCache()
        self.faults = Faults(seed)
        self.journal = Journal()
        self.webhooks = Webhooks(seed)
        self.lock = threading.RLock()
        self.state: StateFile | None = None
        self.random = random.Random(f"world:{seed}")
        self._last_ms = 0
        self.user = User(self.identity.new_id(), "ada@example.test")
        self.identity.users[self.user.id] = self.user
        self.app = self.identity.register(app_name)

    # -- building -------------------------------------------------------------------------------------------------

    def add_organisation(self, region: str = "uk", name: str | None = None, **settings: object) -> Organisation:
        """Add an organisation with a region's chart of accounts, and a custom connection app for it."""
        pack = PACKS[region]
        number = len(self.organisations) + 1
        stream = random.Random(f"{self.seed}:{region}:{number}")
        id = str(_uuid(stream))
        alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
        made = Settings(
            id=id,
            name=name or (pack.name if number == 1 else f"{pack.name} {number}"),
            region=region,
            version=pack.version,
            country=pack.country,
            currency=pack.currency,
            timezone=pack.timezone,
            zone=pack.zone,
            short_code="!" + "".join(stream.choice(alphabet) for _ in range(5)),
            year_end=pack.year_end,
            created=self.now_ms(),
            tax_number=pack.tax_number,
            tax_basis=pack.tax_basis,
            tax_period=pack.tax_period,
            default_no_tax=pack.no_tax,
        )
        org = Organisation(msgspec.structs.replace(made, **settings), self.seed)
        furnish(org, pack, self.now_ms())
        self.organisations[id] = org
        now = self.clock.now()
        custom = self.identity.register(f"{self.app.name} ({org.settings.short_code})", kind="custom", tenant=id)
        self.identity.connect(custom, self.user, id, self.identity.new_id(), now)
        self.identity.connect(self.app, self.user, id, self.identity.new_id(), now)
        if self.state is not None:
            self.state.add(self, org)
        return org

    def custom_app(self, tenant: str) -> App:
        """The custom connection of an organisation (client credentials)."""
        return next(app for app in self.identity.apps.values() if app.kind == "custom" and app.tenant == tenant)

    def token(self, app: App | None = None, scopes: frozenset[str] | None = None) -> dict[str, object]:
        """A token set without the consent dance, for tests: reaches every connected organisation."""
        app = app or self.app
        user = "" if app.kind == "custom" else self.user.id
        granted = ALL if scopes is None else scopes
        issued = self.identity.issue(
            app, user, granted, self.identity.new_id(), self.clock.now(), PUBLIC_HOST, with_id=True
        )
        self.touch_identity()
        return issued

    def switch(self, **changes: object) -> None:
        """Change switches by name. Raises ValueError for unknown names or values."""
        self.switches = switched(self.switches, changes)

    # -- time -----------------------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Milliseconds, never going back, so that UpdatedDateUTC keeps its order."""
        moment = max(self._last_ms, int(self.clock.now() * 1000))
        self._last_ms = moment
        return moment

    def resume(self, latest_ms: int) -> None:
        """Go on after a state file: time does not fall behind what is stored, ids do not repeat."""
        self._last_ms = max(self._last_ms, latest_ms)
        behind = latest_ms / 1000 - self.clock.now()
        if behind > 0:
            self.clock.advance(behind)
        self.identity.reseed(latest_ms)

    def today(self, org: Organisation) -> int:
        """The organisation's local day, as days since 1970."""
        return _local_day(org.settings.zone, self.now_ms() // 1000 // 900)

    # -- calls ----------------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request. Whatever a caller sends is answered; an exception is a bug of the simulator."""
        with self.lock:
            return self._handle(request)

    def _handle(self, request: Request) -> Response:
        path = request.path
        if path.startswith("/api.xro/2.0/"):
            return api.handle(self, request, path)
        try:
            if path.startswith("/__sim__/"):
                return control.handle(self, request, path)
            if path.lower().startswith("/connections"):
                return endpoints.connections(self, request, path)
            answer = endpoints.handle(self, request, path) or pages.handle(self, request, path)
            if answer is not None:
                return answer
            raise NotFound
        except Refusal as refusal:
            return api.refusal_response(self, refusal, True)

    def issuer(self, request: Request) -> str:
        """The address the caller reached us by."""
        host = request.headers.get("host")
        return f"http://{host}" if host else PUBLIC_HOST

    def grant_of(self, request: Request) -> Grant:
        """What the bearer token allows. Raises Problem 401."""
        header = request.headers.get("authorization", "")
        token = header[7:].strip() if header[:7].lower() == "bearer " else ""
        grant = self.identity.grants.get(token)
        if grant is None:
            raise Problem(401, "AuthenticationUnsuccessful")
        if grant.expires <= self.clock.now():
            at = datetime.datetime.fromtimestamp(grant.expires, datetime.UTC)
            raise Problem(401, f"TokenExpired: token expired at {at:%m/%d/%Y %H:%M:%S}")
        return grant

    def limits_of(self, app: str) -> Limits:
        """The limits of an app, made when first used."""
        limits = self.limits.get(app)
        if limits is None:
            limits = self.limits[app] = Limits(self.tier, lambda: self.switches, self._offset)
        return limits

    def _offset(self, tenant: str) -> float:
        digest = hashlib.sha256(f"{self.seed}:{tenant}".encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32 * 60.0

    def set_tier(self, tier: str) -> None:
        """Change the commercial tier of all apps."""
        self.tier = tier
        for limits in self.limits.values():
            limits.tier = tier

    # -- people and inspection --------------------------------------------------------------------------------------

    def person(self, tenant: str, act: Callable[[Context], object]) -> object:
        """Do something as a person inside Xero: no limits, no call in the journal, yet it is journalled as made.

        act gets a Context (method POST). Whatever it raises undoes it.
        """
        with self.lock:
            org = self.organisations[tenant]
            ctx = self.context(
                org, app="", user=self.user.id, method="POST", path="", query={}, headers={}, body=None
            )
            try:
                result = act(ctx)
            except BaseException:
                org.changes.roll_back()
                raise
            self.commit(org, ctx, call=0)
            return result

    def context(
        self,
        org: Organisation,
        *,
        app: str,
        user: str,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: object,
    ) -> Context:
        """A call's context at the present moment."""
        return Context(
            org=org,
            app=app,
            user=user,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            now=self.now_ms(),
            today=self.today(org),
            switches=self.switches,
        )

    def commit(self, org: Organisation, ctx: Context, call: int) -> None:
        """Make a call's changes lasting: state file, journal, webhook events."""
        if self.state is not None and org.changes.dirty:
            self.state.write(self, org)
        org.changes.clear()
        if ctx.counts.documents:
            at = self.clock.now()
            self.journal.made += [
                Made(call, at, org.id, kind, id, action, label) for kind, id, action, label in ctx.counts.documents
            ]
        if ctx.events and self.webhooks.subscriptions:
            self.webhooks.note(org.id, ctx.events, ctx.now, lambda category, id: _described(org, category, id))
            self.touch_webhooks()

    def touch_identity(self) -> None:
        """Identity changed: keep it in the state file."""
        if self.state is not None:
            self.state.write_identity(self)

    def touch_webhooks(self) -> None:
        """Subscriptions or their queues changed: keep them in the state file."""
        if self.state is not None:
            self.state.write_webhooks(self)

    def pump(self, send: Sender) -> int:
        """Send the webhooks that are due; returns how many events arrived."""
        arrived = self.webhooks.pump(self.clock.now(), send)
        if self.webhooks.changed:
            self.webhooks.changed = False
            with self.lock:
                self.touch_webhooks()
        return arrived

    def ledger(self, tenant: str) -> Json:
        """All an organisation holds, in Xero's JSON, full documents."""
        from xerosim.export import ledger

        with self.lock:
            repeating.catch_up(self, self.organisations[tenant])
            return ledger(self, self.organisations[tenant])

    def save(self, path: str | Path) -> None:
        """Write the whole world to a SQLite file."""
        with self.lock:
            StateFile(path).write_all(self)

    @classmethod
    def load(cls, path: str | Path, *, clock: Clock | None = None, keep: bool = True, **settings: object) -> "World":
        """Read a world from a SQLite file; with keep, every later change goes to the file at once."""
        world = cls(clock=clock, **settings)  # type: ignore[arg-type]
        state = StateFile(path)
        state.read(world)
        world.state = state if keep else None
        return world


def _described(org: Organisation, category: str, id: str) -> tuple[str, str] | None:
    """Type and Status, which events of credits carry."""
    name = {"CREDITNOTE": "CreditNotes", "OVERPAYMENT": "Overpayments", "PREPAYMENT": "Prepayments"}.get(category)
    document = org.documents[name].get(id) if name else None
    return (document.type, document.status) if document is not None else None


def _uuid(stream: random.Random) -> str:
    text = f"{stream.getrandbits(128) | (4 << 76):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=1024)
def _local_day(zone: str, quarter: int) -> int:
    """Days since 1970 in a time zone; zones change day on quarter hours only."""
    local = datetime.datetime.fromtimestamp(quarter * 900, datetime.UTC).astimezone(ZoneInfo(zone))
    return (local.date() - datetime.date(1970, 1, 1)).days
