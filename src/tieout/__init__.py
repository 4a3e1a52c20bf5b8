"""Tieout connects online stores and CRMs with Xero and proves to the cent that both agree."""
