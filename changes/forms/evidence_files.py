"""A file that is attached to a change as evidence."""

from datetime import datetime
from typing import Any

from django import forms

from changes.intake.evidence import KINDS
from changes.intake.evidence.kinds import LARGEST_MB

DOCUMENT = "document"
_BYTES_OF_MB = 1024 * 1024
NAMES = {
    "junit": "Test results (JUnit XML)",
    "cobertura": "Coverage (Cobertura XML)",
    "lcov": "Coverage (lcov)",
    "jacoco": "Coverage (JaCoCo XML)",
    "istanbul": "Coverage (Istanbul summary, JSON)",
    "sarif": "Security scan (SARIF)",
    "npm-audit": "Security scan (npm audit, JSON)",
    "snyk": "Security scan (Snyk, JSON)",
    "cyclonedx": "Vulnerabilities (CycloneDX)",
}


class EvidenceFileForm(forms.Form):
    """`revision` is for reports of tools: by default the head of the pull request."""

    use_required_attribute = False

    file = forms.FileField(
        help_text=f"Up to {LARGEST_MB} MB. It is kept as it is, and known by its SHA-256.",
        max_length=500,
        error_messages={
            "required": "Choose a file.",
            "missing": "Choose a file.",
            "invalid": "No file came with the form: choose it again.",
            "empty": "The file is empty.",
        },
    )
    kind = forms.ChoiceField(
        label="What it is",
        choices=[
            *((kind, NAMES[kind]) for kind in KINDS),
            (DOCUMENT, "Document (PDF, screenshot, anything else)"),
        ],
        help_text="Reports of tools are read, and what they say counts for the gates.",
    )
    revision = forms.CharField(
        label="Commit",
        required=False,
        max_length=64,
        help_text="Which commit a report speaks of, in full; the head of the pull request unless"
        " you give another.",
    )
    effective_at = forms.DateTimeField(
        label="Produced at",
        required=False,
        help_text="When the content was produced, in your time zone; now unless you give it."
        " The portal keeps beside it when the file was received.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Give a day and a time of the day."},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_MB * _BYTES_OF_MB:
            raise forms.ValidationError(f"It is larger than {LARGEST_MB} MB.")
        return file

    @property
    def is_document(self) -> bool:
        return bool(self.cleaned_data["kind"] == DOCUMENT)

    @property
    def produced_at(self) -> datetime | None:
        produced_at: datetime | None = self.cleaned_data["effective_at"]
        return produced_at

    def add_refusal(self, fields: dict[str, str]) -> None:
        for name, sentence in fields.items():
            self.add_error(name if name in self.fields else None, sentence)

    @property
    def report(self) -> dict[str, Any]:
        return {"kind": self.cleaned_data["kind"], "revision": self.cleaned_data["revision"]}
