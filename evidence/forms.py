from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from changes import clock
from changes.quarters import Quarter, QuarterError, parse_quarter, quarter_of
from evidence.ledger.erasure import BASES


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


class ProofForm(forms.Form):
    """A proof from anywhere, such as `ledger/proofs/` of a package."""

    proof = forms.CharField(
        max_length=20_000,
        label="A proof to check",
        help_text="The whole file CHG-....tlog-proof, with its checkpoint.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )


class ErasureForm(forms.Form):
    record = forms.CharField(
        max_length=80,
        help_text="Model and number as the ledger names it, such as person:12.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field = forms.CharField(
        max_length=60,
        help_text="The name of the column, such as email.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    legal_basis = forms.ChoiceField(label="Why", choices=[(basis, basis) for basis in BASES])
