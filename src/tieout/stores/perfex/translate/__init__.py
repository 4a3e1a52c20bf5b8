"""From the CRM's documents to ours: pure."""

from tieout.stores.perfex.translate.translator import PerfexTranslator

__all__ = ["PerfexTranslator"]
