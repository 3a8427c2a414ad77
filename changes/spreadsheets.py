"""Text in a cell of CSV that no spreadsheet takes for a formula."""

from datetime import datetime
from enum import StrEnum

# The last four are the full-width forms of =, +, - and @, which some spreadsheets read as well.
_STARTS_A_FORMULA = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: object) -> str:
    """Text that would start a formula gets a leading apostrophe; numbers stay numbers.

    Times are ISO 8601 with their offset, nothing is an empty cell, NUL is left out.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat()
        case str() | StrEnum():
            text = str(value).replace("\x00", "")
            return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
    return str(value)
