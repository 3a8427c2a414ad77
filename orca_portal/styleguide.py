"""What the style guide shows: an example for each component and state."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

from changes.vocabulary import Category, Origin, PersonKind, State, Verdict
from orca_portal.templatetags.ui import Tab


class ExampleForm(forms.Form):
    title = forms.CharField(help_text="What changes, in one line.")
    reason = forms.CharField(widget=forms.Textarea, required=False)
    category = forms.ChoiceField(choices=[(word.value, word.value) for word in Category])
    systems = forms.MultipleChoiceField(
        choices=[("api", "API"), ("jobs", "Jobs"), ("web", "Web")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_infrastructure = forms.BooleanField(
        label="Infrastructure or architecture",
        required=False,
        help_text="It asks for a tech lead, whatever the category.",
    )


def examples(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "verdicts": list(Verdict),
        "states": list(State),
        "marks": [*Category, Origin.IMPORTED, Origin.RETROACTIVE, "late", "later_policy"],
        "jobs": ["queued", "running", "done", "failed"],
        "levels": ["info", "success", "warning", "error"],
        "kinds": list(PersonKind),
        "form": ExampleForm(),
        "wrong_form": ExampleForm({"title": "", "category": "odd"}, auto_id="wrong_%s"),
        "page": Paginator(range(120), 25).get_page(2),
        "tabs": [Tab("Story", "#story", is_current=True), Tab("Commits", "#commits", count=3)],
        "counts": {"passed": 31, "failed": 4, "unknown": 3, "waiting": 2},
    }
