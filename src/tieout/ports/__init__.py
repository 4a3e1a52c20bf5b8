"""What lies outside, as Protocols."""

from tieout.ports.ledger import (
    Answer,
    AnswerKind,
    Element,
    FrozenCall,
    Ledger,
    Limits,
    Meter,
    Operation,
    Outgoing,
    TokenKeeper,
)
from tieout.ports.outside import Bell, Clock, Vault
from tieout.ports.store import (
    Found,
    Mark,
    Page,
    RawDocument,
    StoreAdapter,
    StoreReader,
    StoreTranslator,
)

__all__ = [
    "Answer",
    "AnswerKind",
    "Bell",
    "Clock",
    "Element",
    "Found",
    "FrozenCall",
    "Ledger",
    "Limits",
    "Mark",
    "Meter",
    "Operation",
    "Outgoing",
    "Page",
    "RawDocument",
    "StoreAdapter",
    "StoreReader",
    "StoreTranslator",
    "TokenKeeper",
    "Vault",
]
