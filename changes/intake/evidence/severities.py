"""Severities, as each kind names and counts them."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

ADVISORY_SEVERITIES = ("critical", "high", "medium", "low", "info", "unknown")
SCORE_SEVERITIES = ("critical", "high", "medium", "low", "none")
RATING_SEVERITIES = ("critical", "high", "medium", "low", "info", "none", "unknown")
_OTHER_NAMES = {"moderate": "medium", "informational": "info"}


def severity_of(word: Any) -> str:
    """The word in our terms: npm's `moderate` is medium; what is no severity is unknown."""
    lowered = word.strip().lower() if isinstance(word, str) else ""
    lowered = _OTHER_NAMES.get(lowered, lowered)
    return lowered if lowered in RATING_SEVERITIES else "unknown"


def severity_of_score(score: Any) -> str:
    """By a score of 0 to 10 in the bands of CVSS 3: 9, 7, 4; none without a score, or at zero."""
    if isinstance(score, bool) or not isinstance(score, (str, int, float, Decimal)):
        return "none"
    try:
        value = Decimal(str(score).strip())
    except InvalidOperation:
        return "none"
    if not value.is_finite() or value <= 0:
        return "none"
    bands = (("critical", 9), ("high", 7), ("medium", 4))
    return next((name for name, least in bands if value >= least), "low")


def counted(severities: Iterable[str], names: tuple[str, ...]) -> dict[str, int]:
    """Every name is there, also at zero."""
    counts = dict.fromkeys(names, 0)
    for severity in severities:
        counts[severity if severity in counts else names[-1]] += 1
    return counts


def worst(severities: Iterable[str]) -> str:
    """The most severe one; unknown only where nothing else is said."""
    return min(severities, key=RATING_SEVERITIES.index, default="unknown")
