"""Why the workflow would not do something."""

from collections.abc import Mapping
from datetime import datetime


class Refusal(Exception):
    """The request is not allowed; `str()` is the sentence that says why."""


class NotPermitted(Refusal):
    """This person may not do this."""


class NotNow(Refusal):
    """The state or the rules do not allow it now."""


class Invalid(Refusal):
    """A value is wrong; `fields` names each with its sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class Early(Invalid):
    """It is said to have happened at a moment that is still to come: a clock is ahead of ours."""

    def __init__(self, at: datetime) -> None:
        super().__init__({"at": f"{at.isoformat()} is in the future."})
        self.at = at
