"""Compare what the store says, what was sent and what the ledger holds. Pure."""

from tieout.reconciling.accounts import AccountSheet, Movement, account_kinds
from tieout.reconciling.booked import PASSED_OVER, Booked, Sent
from tieout.reconciling.compare import compare_dossier, implausible_rate
from tieout.reconciling.control import ControlSheet
from tieout.reconciling.differences import ControlTotal, Difference
from tieout.reconciling.findings import Finding, findings
from tieout.reconciling.listed import Listed, listed
from tieout.reconciling.roll_forward import RollForward, RollForwardSheet
from tieout.reconciling.sums import By, Side, Sums, SumSheet

__all__ = [
    "PASSED_OVER",
    "AccountSheet",
    "Booked",
    "By",
    "ControlSheet",
    "ControlTotal",
    "Difference",
    "Finding",
    "Listed",
    "Movement",
    "RollForward",
    "RollForwardSheet",
    "Sent",
    "Side",
    "SumSheet",
    "Sums",
    "account_kinds",
    "compare_dossier",
    "findings",
    "implausible_rate",
    "listed",
]
