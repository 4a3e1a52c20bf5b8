"""Pure translation of OpenCart's rows into the values of `tieout.documents`."""

from tieout.stores.opencart.translate.translator import OpenCartTranslator

__all__ = ["OpenCartTranslator"]
