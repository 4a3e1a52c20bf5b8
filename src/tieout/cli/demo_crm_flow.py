"""What the demo does with a CRM: one store, two organisations chosen by currency, and the way back from Xero."""

from __future__ import annotations

import msgspec

from tieout.cli.demo_deeds import ByHand, sell_by_hand
from tieout.cli.demo_flow import Flow, set_up
from tieout.cli.demo_world import Source
from tieout.config import inward
from tieout.documents import DocumentKind
from tieout.ports.administration import OrganisationEntry
from tieout.rules.entities import Entity

#: What a person would write: invoices in dollars belong to the American company.
_ROUTING = "currency USD -> {second}\notherwise -> {first}\n"
PERSON = "the demo"
#: What comes back from Xero; the price list only goes there.
_BOTH_WAYS = (Entity.CUSTOMERS, Entity.SALES, Entity.PAYMENTS)
#: Who rings up each organisation, and the names of the facts that tell what was done before.
_CALLERS = ("Ratty Brook", "Toad Hall")
_DONE = "demo_crm_by_hand"
_MODE = "1"


class TheDemo(msgspec.Struct, frozen=True):
    """Who presses the switches: implements `sync.queue.Person`."""

    user: str = PERSON
    address: str = ""


class CrmFlow(Flow):
    """One CRM over two organisations."""

    def connect(self, source: Source) -> None:
        super().connect(source)
        known = {one.tenant_id for one in self.organisations}
        for organisation in self._simulators.world.organisations.values():
            if organisation.id not in known:
                app = self._simulators.world.custom_app(organisation.id)
                self.wired.connecting().custom(app.id, app.secret)

    @property
    def organisations(self) -> list[OrganisationEntry]:
        return sorted(self.wired.administration.organisations(), key=lambda one: one.id)

    def press_buttons(self) -> None:
        """Both organisations are assigned and the rule between them is saved, then each is set up."""
        store, organisations = self.store, self.organisations
        if not self.wired.records.routing(store.id).strip():
            first, second = organisations
            for organisation in organisations:
                setup = self.wired.setup(store, organisation, by=PERSON)
                setup.save(self.wired.adapter(store).default_rules(), "assigned to the organisation")
            rules = _ROUTING.format(first=first.id, second=second.id)
            self.wired.records.save_routing(store.id, rules, by=PERSON, address="", now=self.wired.clock.now())
            self.pressed.append("rules for organisations")
            self._say(f"Saved the rules for organisations: USD to {second.name}, the rest to {first.name}.")
        for organisation in organisations:
            for button, sentences in set_up(self.wired, store, organisation, self._wishes.sales_documents):
                self.pressed.append(button)
                self._say(f"{organisation.name}: pressed “{button}”: {' '.join(sentences)}")

    def sync(self) -> None:
        """There and back: what people did in Xero meanwhile comes into the CRM, and must not go to Xero again."""
        super().sync()
        if not self._simulators.secrets.get("token"):
            self._say("Nothing is brought back: a database is only read.")
            return
        self._switch_on()
        administration = self.wired.administration
        before = administration.documents_by_state()
        self._bring()
        if not administration.fact(_DONE):
            for organisation, caller in zip(self.organisations, _CALLERS, strict=True):
                self._by_hand(organisation, caller)
            administration.note_fact(_DONE, "yes", self.wired.clock.now())
            self._bring()
        self._look_again()
        counts = administration.documents_by_state()
        for kind in (DocumentKind.CUSTOMER, DocumentKind.INVOICE, DocumentKind.PAYMENT):
            new = sum(n for (k, _), n in counts.items() if k == kind) - sum(
                n for (k, _), n in before.items() if k == kind
            )
            self.brought[kind.value] = new

    def _switch_on(self) -> None:
        entities = self.wired.entities()
        for one in entities.list(self.store.id):
            if one.entity in _BOTH_WAYS and not one.inward:
                entities.save(msgspec.structs.replace(one, inward=True), TheDemo())
                self.pressed.append(f"from Xero into the CRM: {one.entity.value}")

    def _bring(self) -> None:
        """A round of the way back for each organisation, as its recurring job does."""
        for organisation in self.organisations:
            sides = inward.sides_of(self.wired, organisation)
            done = inward.rounds(self.wired, organisation, manual=True).run(sides)
            self._say(f"{organisation.name} → CRM: {done.words()}.")

    def _by_hand(self, organisation: OrganisationEntry, caller: str) -> None:
        """Somebody sells by telephone and writes it straight into Xero."""
        rules = self.wired.setup(self.store, organisation, by=PERSON).rules
        reference = organisation.reference
        assert reference is not None
        currency = reference.organisation.base_currency
        how = ByHand(
            tax_type=next(rule.tax_type for rule in rules.taxes if rule.codes == ("VAT|20.00",)),
            sales_account=rules.accounts.sales,
            paid_into=next(
                rule.account_code
                for rule in rules.methods
                if rule.method == _MODE and rule.currency in ("", currency)
            ),
            currency=currency,
        )
        sell_by_hand(self._simulators.world, organisation.tenant_id, caller, self.wired.clock.now().date(), how)
        self._say(f"Somebody made a contact, an invoice and a payment in {organisation.name}.")

    def _look_again(self) -> None:
        """Read the CRM once more, plan what changed there, send what is due: nothing of what was brought."""
        self.pull()
        self.plan()
        super().sync()
