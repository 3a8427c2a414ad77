"""What the policy pages ask."""

from django import forms


class PolicyReviewForm(forms.Form):
    note = forms.CharField(
        label="What was found",
        help_text="What was read, with whom, and what should change. It stands in the package.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
    )
