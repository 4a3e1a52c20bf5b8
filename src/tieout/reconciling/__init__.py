"""Compare what the store says, what was sent and what the ledger holds. Pure."""

from tieout.reconciling.booked import PASSED_OVER, Booked, Sent
from tieout.reconciling.compare import compare_dossier, implausible_rate
from tieout.reconciling.control import ControlSheet
from tieout.reconciling.differences import ControlTotal, Difference
from tieout.reconciling.roll_forward import RollForward, RollForwardSheet

__all__ = [
    "PASSED_OVER",
    "Booked",
    "ControlSheet",
    "ControlTotal",
    "Difference",
    "RollForward",
    "RollForwardSheet",
    "Sent",
    "compare_dossier",
    "implausible_rate",
]
