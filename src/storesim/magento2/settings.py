"""What differs between shops: version, limits and access."""

import msgspec

from storesim.magento2.auth import NEW_METHOD, OLD_METHOD, Credentials


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Switches of a simulated shop.

    version: a Magento version such as "2.3.7", "2.4.3" or "2.4.8"; it decides whether the last page
    repeats (before 2.4.0), whether lists are limited (2.4.3), whether SHA-1 signatures are taken
    (before 2.4.4) and what an order line's row_total says (2.4.8).
    page_size_max, page_size_default: limits a merchant switched on; None: none.
    bearer_allowed: whether an integration's access token works as a bearer token (off in a fresh
    2.4.4 or later).
    empty_items_are_null: some shops answer null instead of an empty list.
    control_allowed: whether `/__sim__/` answers.
    count_served: keep a count per document.
    """

    version: str = "2.4.7"
    credentials: Credentials = Credentials()
    bearer_allowed: bool = True
    page_size_max: int | None = None
    page_size_default: int | None = None
    empty_items_are_null: bool = False
    control_allowed: bool = True
    count_served: bool = True

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """The version as numbers; a suffix such as "-p3" does not count."""
        return tuple(int(part) for part in self.version.partition("-")[0].split("."))

    @property
    def repeats_last_page(self) -> bool:
        """Whether a page past the end repeats the last one."""
        return self.version_numbers < (2, 4, 0)

    @property
    def breaks_row_total(self) -> bool:
        """Whether an order line's row_total is the unit price less the line's discount."""
        return self.version_numbers >= (2, 4, 8)

    @property
    def signature_methods(self) -> tuple[str, ...]:
        """How requests may be signed; SHA-1 went with 2.4.4."""
        return (NEW_METHOD,) if self.version_numbers >= (2, 4, 4) else (OLD_METHOD, NEW_METHOD)

    def size_limits(self) -> tuple[int | None, int | None]:
        """(largest page, page without a size) or None each."""
        if self.version_numbers == (2, 4, 3):
            return self.page_size_max or 300, self.page_size_default or 20
        return self.page_size_max, self.page_size_default
