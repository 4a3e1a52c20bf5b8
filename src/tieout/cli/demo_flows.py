"""Which demo fits which kind of store."""

from __future__ import annotations

from tieout.cli.demo_crm_flow import CrmFlow
from tieout.cli.demo_flow import Flow


def flow_of(kind: str) -> type[Flow]:
    """A CRM is shown with two organisations and both directions, shops with one and theirs."""
    return CrmFlow if kind == "perfex" else Flow
