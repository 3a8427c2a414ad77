"""What the addresses of messages ask for."""

from django import forms

from changes.vocabulary import Channel, NotificationState, choices


class PageOfMessages(forms.Form):
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)

    use_required_attribute = False

    @property
    def sentence(self) -> str:
        return " ".join(str(s) for found in self.errors.values() for s in found)


class MessageFilter(PageOfMessages):
    channel = forms.ChoiceField(required=False, choices=[("", "any"), *choices(Channel)])
    state = forms.ChoiceField(required=False, choices=[("", "any"), *choices(NotificationState)])
