"""Charts as plain geometry: numbers in, rectangles and labels out; templates draw them as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from changes.vocabulary import Verdict, label
from evidence.vocabulary import ATTRIBUTE_NAMES, TESTED

# In the order in which a bar shows them: what is wrong comes first.
ORDER = (
    Verdict.FAILED,
    Verdict.UNKNOWN,
    Verdict.WAITING,
    Verdict.PASSED,
    Verdict.NOT_APPLICABLE,
)
INSIDE = 26.0  # a number fits into a piece this wide


@dataclass(frozen=True)
class Piece:
    """`tone` is a token of the stylesheet; `number` is empty where it would not fit."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    number: str = ""

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Bar:
    """A row or a column with its label; `total` is what all its pieces add up to."""

    label: str
    total: int
    pieces: tuple[Piece, ...]
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Chart:
    title: str
    description: str
    bars: tuple[Bar, ...]
    height: float
    legend: tuple[tuple[str, str, float], ...] = ()


def verdict_chart(verdicts: Mapping[str, Mapping[str, int]]) -> Chart:
    """One stacked bar for each attribute."""
    bars = []
    for row, letter in enumerate(TESTED):
        counts, y = verdicts[letter], 24.0 * row
        pieces = _stacked([(verdict, counts[verdict]) for verdict in ORDER], y)
        name = f"{letter}  {ATTRIBUTE_NAMES[letter]}"
        bars.append(Bar(name, sum(counts.values()), pieces, y=y))
    told = [
        f"{letter}: {', '.join(f'{verdicts[letter][v]} {label(v)}' for v in ORDER)}"
        for letter in TESTED
    ]
    shown = [verdict for verdict in ORDER if any(verdicts[letter][verdict] for letter in TESTED)]
    legend = tuple((label(v), TONES[v], 90.0 * n) for n, v in enumerate(shown))
    return Chart("Verdicts by attribute", ". ".join(told), tuple(bars), 24.0 * len(bars), legend)


TONES = {
    Verdict.FAILED: "failed",
    Verdict.UNKNOWN: "unknown",
    Verdict.WAITING: "waiting",
    Verdict.PASSED: "passed",
    Verdict.NOT_APPLICABLE: "line-strong",
}
LEFT, WIDTH = 325.0, 340.0


def _stacked(counts: Sequence[tuple[Verdict, int]], y: float) -> tuple[Piece, ...]:
    total, x, pieces = sum(count for _, count in counts), LEFT, []
    for verdict, count in counts:
        if not count:
            continue
        width = WIDTH * count / total
        number = str(count) if width >= INSIDE else ""
        pieces.append(Piece(round(x, 2), y + 3, round(width, 2), 15, TONES[verdict], number))
        x += width
    return tuple(pieces)


def week_chart(weeks: Sequence[Mapping[str, object]]) -> Chart:
    """One column for each week of the quarter, labelled with its first day."""
    numbers = [int(str(week["changes"])) for week in weeks]
    highest, step, bars = max([*numbers, 1]), 700.0 / max(len(weeks), 1), []
    for place, (week, number) in enumerate(zip(weeks, numbers, strict=True)):
        x, height = place * step, round(90.0 * number / highest, 2)
        piece = Piece(round(x + 4, 2), 104 - height, round(step - 8, 2), height, "accent")
        name = str(week["starts_on"])[5:]
        bars.append(Bar(name, number, (piece,), x=round(x + step / 2, 2), y=104 - height))
    told = ", ".join(f"{bar.label}: {bar.total}" for bar in bars)
    return Chart("Changes by week", f"Weeks by their first day. {told}", tuple(bars), 124.0)


def share_chart(title: str, counts: Mapping[str, int]) -> Chart:
    """One row for each word, as long as its share of the largest."""
    highest, bars = max([*counts.values(), 1]), []
    for row, (word, count) in enumerate(counts.items()):
        y, width = 22.0 * row, round(WIDTH * count / highest, 2)
        piece = Piece(LEFT, y + 3, width, 13, "accent")
        bars.append(Bar(label(word), count, (piece,), x=round(LEFT + width + 6, 2), y=y))
    told = ", ".join(f"{bar.label}: {bar.total}" for bar in bars)
    return Chart(title, told, tuple(bars), max(22.0 * len(bars), 22.0))
