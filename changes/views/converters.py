"""Parts of addresses."""

from changes.states import Action
from changes.views.followups import FOLLOW_UPS


class KeyConverter:
    """`CHG-000042` in any case; what is not so written is no address of ours."""

    regex = "[Cc][Hh][Gg]-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter:
    """A number as it is written, so that one thing has one address: `7`, and not `007`."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class ActionConverter:
    """An action of the table of states, with dashes."""

    regex = "[a-z-]{4,20}"

    def to_python(self, value: str) -> Action:
        return Action(value.replace("-", "_"))

    def to_url(self, value: Action | str) -> str:
        return str(value).replace("_", "-")


class FollowUpConverter:
    regex = "|".join(FOLLOW_UPS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DigestConverter:
    """A SHA-256, as a stored file is known by."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
