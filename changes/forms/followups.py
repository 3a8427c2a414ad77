"""What is asked of people beside the table of states: lessons, reviews, leave."""

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from changes.forms.actions import COMMENT_MAXIMUM, ActionForm
from changes.models import Person
from changes.workflow.learning import NewActionItem

ITEMS_AT_ONCE = 3


def _long(title: str, help_text: str, sentence: str) -> forms.CharField:
    return forms.CharField(
        label=title,
        help_text=help_text,
        max_length=COMMENT_MAXIMUM,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": sentence},
    )


def _moment(title: str, help_text: str, sentence: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=title,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": sentence, "invalid": "Give a day and a time of the day."},
    )


class ActionItemForm(forms.Form):
    title = forms.CharField(label="What is to be done", required=False, max_length=300)
    owner = forms.ModelChoiceField(
        queryset=Person.objects.filter(is_active=True, username__isnull=False),
        required=False,
        empty_label="nobody yet",
    )
    due_on = forms.DateField(
        label="Due on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("title"):
            for name in ("owner", "due_on"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, "An action item has an owner and a day.")
        return given


ActionItems = formset_factory(ActionItemForm, extra=ITEMS_AT_ONCE, max_num=ITEMS_AT_ONCE)


class PostMortemForm(ActionForm):
    what_happened = _long(
        "What happened", "In the order of the events, without blame.", "Say what happened."
    )
    root_cause = _long("Root cause", "Why it could happen.", "Name the root cause.")
    items: "BaseFormSet[ActionItemForm]"

    def prepare(self) -> None:
        self.items = ActionItems(self.data if self.is_bound else None, prefix="items")
        post_mortem = getattr(self.change, "post_mortem", None)
        if post_mortem:
            self.fields["what_happened"].initial = post_mortem.what_happened
            self.fields["root_cause"].initial = post_mortem.root_cause

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.items.is_valid()])

    @property
    def new_items(self) -> list[NewActionItem]:
        given = [form.cleaned_data for form in self.items if form.cleaned_data.get("title")]
        return [NewActionItem(item["title"], item["owner"], item["due_on"]) for item in given]


class OpenReviewForm(ActionForm):
    incident_at = _moment(
        "When the incident began", "In your time zone.", "Say when the incident began."
    )


class HoldReviewForm(ActionForm):
    findings = _long(
        "Findings",
        "Whether it was an emergency, whether the change was right, what is to follow.",
        "Write down what the review found.",
    )


class WindowExceptionForm(ActionForm):
    reason = _long("Why", "What cannot wait for the window.", "Say why.")
    valid_until = _moment("Valid until", "In your time zone.", "Say until when it is valid.")
