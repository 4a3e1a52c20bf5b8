"""Answering reads: lists with search criteria, single documents, and whole values."""

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import unquote_plus

import msgspec

from storesim.journal import Journal
from storesim.magento2.criteria import SearchCriteria, Tree, parse_criteria, query_tree
from storesim.magento2.errors import INVALID_REQUEST, ShopError, entity_missing, internal_error
from storesim.magento2.folder import Recorded, view_currency
from storesim.magento2.projection import parse_fields, project
from storesim.magento2.resources import Resource
from storesim.magento2.routes import Route
from storesim.magento2.search import Finder, page_of
from storesim.magento2.settings import ShopSettings
from storesim.magento2.table import Table, UnknownColumn
from storesim.magento2.writes import decode_object
from storesim.wire import Request, Response, decode, encode, json_response

_EMPTY_SCHEMA = {"swagger": "2.0", "info": {"title": "Magento Community", "version": "2.4"}, "paths": {}}


class Reader:
    """Reads of one shop."""

    def __init__(
        self,
        recorded: Recorded,
        tables: dict[str, Table],
        finders: dict[str, Finder],
        settings: ShopSettings,
        journal: Journal,
    ) -> None:
        self._recorded = recorded
        self._tables = tables
        self._finders = finders
        self._settings = settings
        self._journal = journal
        self._failed_query_count = 0

    def view_codes(self) -> frozenset[str] | None:
        """Store views an address may name; None when the folder lists none."""
        for name in ("store_views", "store_configs"):
            text = self._recorded.plain.get(name)
            if text is not None:
                views = msgspec.json.decode(text, type=list[dict[str, object]])
                return frozenset(str(view["code"]) for view in views)
        return None

    def read(self, request: Request, route: Route, *, shift: int) -> Response:
        """Answer a GET.  shift: rows by which a page moved while it was read.  Raises ShopError."""
        tree = query_tree(request.query)
        if route.kind == "list":
            assert route.resource is not None
            return self._list(route.resource, tree, shift)
        body = self._body(route)
        fields = tree.get("fields")
        if isinstance(fields, str) and fields:
            return json_response(project(decode(body), parse_fields(fields)))
        return Response(status=200, body=body)

    def integer_key(self, route: Route) -> int:
        """The id of a single call.  Raises ShopError 400 when it is not a whole number."""
        if not route.key.isascii() or not route.key.lstrip("-").isdigit():
            raise ShopError(
                400,
                f'The "{route.key}" value\'s type is invalid. The "int" type was expected. Verify and try again.',
            )
        return int(route.key)

    def _body(self, route: Route) -> bytes:
        match route.kind:
            case "single":
                return self._single(route)
            case "plain":
                return self._plain(route)
            case "side":
                found = self._recorded.sides[route.name].get(route.key)
                if found is None:
                    raise entity_missing()
                return found
            case "comments":
                return self._comments(route)
            case "status":
                return encode(decode_object(self._document(route)).get("status"))
            case _:
                return self._recorded.schema or encode(_EMPTY_SCHEMA)

    def _list(self, resource: Resource, tree: Tree, shift: int) -> Response:
        criteria = self._limited(parse_criteria(tree))
        table = self._tables[resource.name]
        try:
            rows = self._finders[resource.name].find(criteria)
        except UnknownColumn as error:
            self._failed_query_count += 1
            raise internal_error(self._failed_query_count) from error
        page = page_of(
            rows,
            page_size=criteria.page_size,
            current_page=criteria.current_page,
            repeats_last_page=self._settings.repeats_last_page,
        )
        if shift and page:
            page = _with_duplicate(rows, page)
        raws = [self._outgoing(resource, table.raw(row)) for row in page]
        if self._settings.count_served:
            for row in page:
                self._journal.note_served(resource.name, table.key(row))
        fields = tree.get("fields")
        if isinstance(fields, str) and fields:
            return self._projected(fields, raws, criteria, len(rows))
        items = b"[" + b",".join(raws) + b"]"
        if not raws and self._settings.empty_items_are_null:
            items = b"null"
        echo = encode(criteria.echo())
        body = b'{"items":%b,"search_criteria":%b,"total_count":%d}' % (items, echo, len(rows))
        return Response(status=200, body=body)

    def _projected(self, fields: str, raws: Sequence[bytes], criteria: SearchCriteria, total: int) -> Response:
        wanted = parse_fields(unquote_plus(fields))
        answer: dict[str, object] = {}
        if "items" in wanted:
            answer["items"] = [project(decode(raw), wanted["items"]) for raw in raws]
        if "search_criteria" in wanted:
            answer["search_criteria"] = project(criteria.echo(), wanted["search_criteria"])
        if "total_count" in wanted:
            answer["total_count"] = total
        return json_response(answer)

    def _limited(self, criteria: SearchCriteria) -> SearchCriteria:
        largest, default = self._settings.size_limits()
        if largest is not None and criteria.page_size is not None and criteria.page_size > largest:
            raise ShopError(400, "Maximum SearchCriteria pageSize is %max", {"max": largest})
        if default is not None and criteria.page_size is None:
            return msgspec.structs.replace(criteria, page_size=default)
        return criteria

    def _single(self, route: Route) -> bytes:
        assert route.resource is not None
        if route.resource.name == "products":
            detail = self._recorded.sides["product_details"].get(route.key)
            if detail is not None and self._tables["products"].version == 0:
                self._journal.note_served("products", route.key)
                return detail
        raw = self._document(route)
        self._journal.note_served(route.resource.name, self._key(route))
        return self._outgoing(route.resource, raw)

    def _document(self, route: Route) -> bytes:
        resource = route.resource
        assert resource is not None
        key = self._key(route)
        raw = self._tables[resource.name].get(key)
        if raw is not None:
            return raw
        if resource.name == "products":
            text = "The product that was requested doesn't exist. Verify the product and try again."
            raise ShopError(404, text)
        if resource.missing_field is not None:
            parameters: dict[str, object] = {"fieldName": resource.missing_field, "fieldValue": key}
            raise ShopError(404, "No such entity with %fieldName = %fieldValue", parameters)
        raise entity_missing()

    def _key(self, route: Route) -> int | str:
        assert route.resource is not None
        return route.key if route.resource.key_is_text else self.integer_key(route)

    def _comments(self, route: Route) -> bytes:
        document = decode_object(self._document(route))
        found = document.get("status_histories", document.get("comments")) or []
        assert isinstance(found, list)
        criteria = {
            "filter_groups": [{"filters": [{"field": "parent_id", "value": route.key, "condition_type": "eq"}]}]
        }
        lines = sorted(found, key=lambda line: line["entity_id"])
        return encode({"items": lines, "search_criteria": criteria, "total_count": len(lines)})

    def _plain(self, route: Route) -> bytes:
        text = self._recorded.plain.get(route.name)
        if route.name == "currency" and route.view not in (None, "all"):
            configs_text = self._recorded.plain.get("store_configs", b"[]")
            configs = msgspec.json.decode(configs_text, type=list[dict[str, object]])
            orders = self._recorded.documents["orders"]
            found = view_currency(configs, orders, route.view or "")
            if found is not None:
                return encode(found)
        if text is None:
            raise ShopError(400, INVALID_REQUEST)
        return text

    def _outgoing(self, resource: Resource, raw: bytes) -> bytes:
        """The document as this version of the shop sends it."""
        if resource.name != "orders" or not self._settings.breaks_row_total:
            return raw
        order = decode_object(raw)
        lines = order.get("items")
        for line in lines if isinstance(lines, list) else []:
            for prefix in ("", "base_"):
                price, discount = line.get(f"{prefix}price", 0), line.get(f"{prefix}discount_amount", 0)
                line[f"{prefix}row_total"] = max(Decimal(price) - Decimal(discount), Decimal(0))
        return encode(order)


def _with_duplicate(rows: Sequence[int], page: Sequence[int]) -> Sequence[int]:
    """A page that moved by one row while it was read: the last row of the page before comes again.

    On the first page its own first row comes twice, as a join without a unique key gives it.
    """
    start = next(place for place, row in enumerate(rows) if row == page[0])
    if start == 0:
        return [page[0], *page]
    return rows[start - 1 : start - 1 + len(page)]
