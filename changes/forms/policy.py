"""What the policy pages ask."""

from django import forms


class PolicyWithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Why it is withdrawn",
        help_text="It stays on the list of versions with your reason, and cannot be approved.",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=5000,
        required=False,  # the workflow asks for it, and says so
    )


class PolicyReviewForm(forms.Form):
    note = forms.CharField(
        label="What was found",
        help_text="What was read, with whom, and what should change. It stands in the package.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
    )
