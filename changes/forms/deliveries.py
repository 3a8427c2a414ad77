"""What the address of the delivery log asks for."""

from django import forms

from changes.vocabulary import DeliveryState, HookSource, choices


class DeliveryFilter(forms.Form):
    source = forms.ChoiceField(required=False, choices=[("", "any"), *choices(HookSource)])
    state = forms.ChoiceField(required=False, choices=[("", "any"), *choices(DeliveryState)])
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)

    use_required_attribute = False

    @property
    def sentence(self) -> str:
        return " ".join(str(s) for found in self.errors.values() for s in found)
