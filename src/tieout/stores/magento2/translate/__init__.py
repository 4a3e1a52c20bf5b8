"""Pure translation of Magento's documents into the values of `tieout.documents`."""

from tieout.stores.magento2.translate.translator import MagentoTranslator

__all__ = ["MagentoTranslator"]
