"""What is known of each record, in 32 bytes: pages of digests by model and number.

A page covers a thousand numbers, so a million records take 32 megabytes wherever their numbers
lie, and two sides are compared a page at a time.
"""

from collections.abc import Iterator, Sequence

SIZE = 32
BITS = 10
PAGE = 1 << BITS
NOTHING = bytes(SIZE)
# A record that went, and one of which this way of looking cannot tell.
REMOVED, UNCLEAR = b"\xff" * SIZE, b"\xfe" * SIZE


class Digests:
    def __init__(self) -> None:
        self.pages: dict[tuple[str, int], bytearray] = {}
        # Keys that are no numbers: none of ours are, but a log may have been altered.
        self.others: dict[str, bytes] = {}

    def put(self, model: str, number: int, digest: bytes) -> None:
        start = SIZE * (number & PAGE - 1)
        self._page(model, number)[start : start + SIZE] = digest

    def _page(self, model: str, number: int) -> bytearray:
        place = model, number >> BITS
        page = self.pages.get(place)
        if page is None:
            page = self.pages[place] = bytearray(SIZE * PAGE)
        return page

    def put_all(self, model: str, numbers: Sequence[int], digests: Sequence[bytes]) -> None:
        """Of ascending numbers: those without a gap are copied a page at a time."""
        at = 0
        while at < len(numbers):
            number = numbers[at]
            end = min(at + PAGE - (number & PAGE - 1), len(numbers))
            if numbers[end - 1] - number == end - 1 - at:
                page = self._page(model, number)
                start = SIZE * (number & PAGE - 1)
                page[start : start + SIZE * (end - at)] = b"".join(digests[at:end])
                at = end
            else:
                self.put(model, number, digests[at])
                at += 1

    def put_named(self, record: str, digest: bytes) -> None:
        model, _, key = record.partition(":")
        # Not "²" or "٢", which are digits to Python, nor "007", which names no row as ours do.
        if key.isascii() and key.isdecimal() and str(number := int(key)) == key:
            self.put(model, number, digest)
        else:
            self.others[record] = digest

    def follow(self, later: "Digests") -> None:
        """What `later` knows counts, where both know something."""
        self.others |= later.others
        for place, page in later.pages.items():
            mine = self.pages.get(place)
            if mine is None:
                self.pages[place] = page
                continue
            for start, digest in _parts(page):
                if digest != NOTHING:
                    mine[start : start + SIZE] = digest

    def unlike(self, live: "Digests") -> Iterator[str]:
        """Names of the records whose rows are not what is told of them."""
        for place in sorted(self.pages.keys() | live.pages.keys()):
            told, held = (side.pages.get(place) or bytearray(SIZE * PAGE) for side in (self, live))
            if told != held:
                yield from _unlike(place, told, held)
        yield from (name for name, told in self.others.items() if told != REMOVED)


def _unlike(place: tuple[str, int], told: bytearray, held: bytearray) -> Iterator[str]:
    model, page = place
    for (start, one), (_, other) in zip(_parts(told), _parts(held), strict=True):
        if one != other and not (one == REMOVED and other == NOTHING):
            yield f"{model}:{(page << BITS) + start // SIZE}"


def _parts(page: bytearray) -> Iterator[tuple[int, bytes]]:
    held = bytes(page)
    return ((start, held[start : start + SIZE]) for start in range(0, len(held), SIZE))
