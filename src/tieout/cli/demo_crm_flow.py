"""What the demo does with a CRM: one store, two organisations chosen by currency, and the way back from Xero."""

from __future__ import annotations

from tieout.cli.demo_flow import Flow, set_up
from tieout.cli.demo_world import Source
from tieout.ports.administration import OrganisationEntry

#: What a person would write: invoices in dollars belong to the American company.
_ROUTING = "currency USD -> {second}\notherwise -> {first}\n"
PERSON = "the demo"


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
