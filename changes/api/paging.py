"""Pages by a cursor: nothing is skipped or repeated while rows are added."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from changes.api.problems import Malformed

Row = TypeVar("Row", bound=Model)
QUERIES = frozenset({"cursor", "page_size"})


class Pages(CursorPagination):
    """The newest first, unless a view orders otherwise. `page_size` is 1 to 200."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.max_page_size):
            sentence = f"'page_size' is a whole number from 1 to {self.max_page_size}."
            raise Malformed("page_size", sentence)
        return int(text)


def one_page(request: Request, rows: QuerySet[Row], order: str) -> tuple[list[Row], Pages]:
    """`order` is a whole number that is unique, such as `-number`."""
    pages = Pages()
    pages.ordering = order
    try:
        found: Any = pages.paginate_queryset(rows.order_by(order), request)
    except (NotFound, ValueError, OverflowError) as error:
        sentence = "'cursor' is not one of ours: take it from 'next' or 'previous'."
        raise Malformed("cursor", sentence) from error
    return list(found or []), pages
