"""A simulated Perfex CRM: its tables, its arithmetic, the usual REST module, webhooks, and a seeded generator."""

from storesim.perfex.crm import Crm
from storesim.perfex.shop import PerfexShop

__all__ = ["Crm", "PerfexShop"]
