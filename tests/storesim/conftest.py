"""Fixtures of the simulated shop's tests."""

import pytest
from storesim_tools import SAMPLES, Caller

from storesim.magento2.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop.from_folder(SAMPLES)


@pytest.fixture
def caller(shop: Shop) -> Caller:
    return Caller(shop)
