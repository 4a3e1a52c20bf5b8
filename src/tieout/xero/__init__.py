"""The Xero client: OAuth, limits, wire types, translation out and in.

`XeroLedger` implements `tieout.ports.Ledger`; the rest is reached by module.
"""

from tieout.xero.addresses import Addresses
from tieout.xero.client import XeroLedger
from tieout.xero.transport import Transport

__all__ = ["Addresses", "Transport", "XeroLedger"]
