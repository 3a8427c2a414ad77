"""What every coverage report comes to: lines, counted and as declared."""

from typing import Any


def coverage(tool: str, *, valid: int, covered: int, declared: float | None) -> dict[str, Any]:
    """`line_rate` is covered / valid, unrounded; None where nothing is valid."""
    return {
        "tool": tool,
        "lines_valid": valid,
        "lines_covered": covered,
        "line_rate": covered / valid if valid else None,
        "declared_line_rate": declared,
    }
