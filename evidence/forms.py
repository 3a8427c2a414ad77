from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from changes import clock
from changes.quarters import Quarter, QuarterError, parse_quarter, quarter_of


def quarter_that_has_begun(text: str) -> Quarter:
    """Raises QuarterError with a sentence for anything else."""
    quarter = parse_quarter(text, settings.REPORTING_TIME_ZONE)
    if quarter.start > clock.now():
        raise QuarterError(f"{quarter} has not begun yet: nothing belongs to it.")
    return quarter


def last_full_quarter() -> Quarter:
    return quarter_of(clock.now(), settings.REPORTING_TIME_ZONE).previous


class CompileForm(forms.Form):
    quarter = forms.CharField(
        max_length=40,
        help_text="A year, Q and 1 to 4, such as 2026Q3. An open quarter gives an interim package.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 8}),
    )
    force = forms.BooleanField(
        required=False,
        label="A new revision, though nothing has changed",
        help_text="Otherwise an unchanged record gives the existing revision back.",
    )

    def clean_quarter(self) -> Quarter:
        text: Any = self.cleaned_data["quarter"]
        try:
            return quarter_that_has_begun(text)
        except QuarterError as error:
            raise ValidationError(str(error)) from error
