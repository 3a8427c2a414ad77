"""Why the workflow would not do something."""

from collections.abc import Mapping


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
