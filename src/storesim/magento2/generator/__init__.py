"""Any number of realistic Magento documents, computed on demand and repeatable by seed."""

from storesim.magento2.generator.generate import generate

__all__ = ["generate"]
