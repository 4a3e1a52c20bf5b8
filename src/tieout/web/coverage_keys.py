"""Names of the selects on the coverage screen: what was shown, so that a list that changed maps nothing else."""

from __future__ import annotations

from tieout.rules.coverage import MethodUse, TaxUse


def tax_key(tax: TaxUse) -> str:
    """Of a tax, with its country and percentage."""
    return f"tax {'+'.join(tax.codes)} {tax.country} {tax.percent:f}"


def method_key(method: MethodUse) -> str:
    """Of a payment method in a currency."""
    return f"method {method.method} {method.currency}"
