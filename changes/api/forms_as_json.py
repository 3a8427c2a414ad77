"""The forms of the pages as JSON bodies: one set of fields, limits and sentences for both."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django import forms
from rest_framework import serializers

from changes.api.fields import Body, Flag, Instant, Number, Word, text
from changes.api.problems import Unprocessable
from changes.forms.followups import ITEMS_AT_ONCE, PostMortemForm
from changes.forms.request import ChangeForm, ParametersField
from changes.forms.rollout import StepsForm
from changes.models import ChangeRequest, Person
from changes.vocabulary import ApprovalRole
from changes.workflow.drafting import keep_draft
from changes.workflow.refusals import Invalid
from changes.workflow.runbooks import OUTPUT_MAXIMUM

YES_NO = {"yes", "no"}
ITEMS, OUTPUTS = "action_items", "outputs"


class ActionItemBody(Body):
    """`owner` is the user name of a person."""

    title = text(300)
    owner = text(150)
    due_on = serializers.DateField()


class Parameters(serializers.DictField):
    child = serializers.FloatField()


def request_body(form: type[forms.Form], name: str) -> type[Body]:
    """The body that stands for a form, field by field."""
    fields = {title: _field(field) for title, field in form.base_fields.items()}
    if issubclass(form, PostMortemForm):
        fields[ITEMS] = serializers.ListField(
            child=ActionItemBody(), required=False, max_length=ITEMS_AT_ONCE
        )
    if issubclass(form, StepsForm):
        fields[OUTPUTS] = serializers.DictField(child=text(OUTPUT_MAXIMUM), required=False)
    return type(f"{name}Body", (Body,), fields)


def form_data(form: type[forms.Form], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser would have sent for these values."""
    values = {**values}
    outputs = values.pop(OUTPUTS, {}) if issubclass(form, StepsForm) else {}
    first = {name: f.initial for name, f in form.base_fields.items() if f.initial is not None}
    data = first | {
        name: _typed(form.base_fields.get(name), value) for name, value in values.items()
    }
    if issubclass(form, PostMortemForm):
        data |= _items(data.pop(ITEMS, []))
    return data | _steps(outputs)


@contextmanager
def as_in_the_body() -> Iterator[None]:
    """What the workflow says of a field of the form, under its name in the body."""
    try:
        yield
    except Invalid as error:
        raise Unprocessable({_in_body(n): said for n, said in error.fields.items()}) from error


def checked(form: Any) -> Any:
    """The form, valid; refused with its own sentences."""
    if form.is_valid():
        return form
    fields = {name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()}
    for place, errors in enumerate(getattr(getattr(form, "items", None), "errors", [])):
        fields |= {f"{ITEMS}.{place}.{n}": " ".join(map(str, s)) for n, s in errors.items()}
    raise Unprocessable({_in_body(name): said for name, said in fields.items()})


def draft_of(
    change: ChangeRequest | None, values: Mapping[str, Any], person: Person, at: datetime
) -> ChangeRequest:
    """A new draft, or the request in other words."""
    form = checked(ChangeForm(form_data(ChangeForm, {"category": "normal", **values})))
    return keep_draft(
        request=change,
        actor=person,
        at=at,
        values=form.values,
        systems=form.cleaned_data["systems"],
        documents=form.document_kinds,
        pull_request=form.cleaned_data["pull_request_url"],
    )


def _field(field: forms.Field) -> serializers.Field[Any, Any, Any, Any]:
    """The narrowest field that takes what the form takes; the form judges the rest."""
    make = next((make for kind, make in FIELDS.items() if isinstance(field, kind)), _text)
    return make(field, required=field.required and field.initial is None)


def _text(field: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    maximum = getattr(field, "max_length", None) or 500
    return text(maximum, allow_blank=not field.required, **options)


def _choice(field: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    words = _words(field)
    return Flag(**options) if set(words) == YES_NO else Word(words, **options)


def _number(field: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    return Number(max_digits=15, decimal_places=6, allow_null=True, **options)


# The first that fits: the narrower kinds stand before what they are kinds of.
FIELDS: dict[type[forms.Field], Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    ParametersField: lambda _, **options: Parameters(**options),
    forms.ModelMultipleChoiceField: lambda _, **options: _list(text(50), **options),
    forms.MultipleChoiceField: lambda field, **options: _list(Word(_words(field)), **options),
    forms.ModelChoiceField: lambda _, **options: text(50, allow_blank=True, **options),
    forms.ChoiceField: _choice,
    forms.BooleanField: lambda _, **options: Flag(**options),
    forms.DateTimeField: lambda _, **options: Instant(**options),
    forms.DecimalField: _number,
}


def _list(child: Any, **options: Any) -> serializers.ListField:
    return serializers.ListField(child=child, max_length=100, **options)


def _words(field: Any) -> list[str]:
    found = [str(word) for word, _ in field.choices if word != ""]
    return found or [role.value for role in ApprovalRole]


def _typed(field: forms.Field | None, value: Any) -> Any:
    match field:
        case ParametersField():
            return "\n".join(_line(name, number) for name, number in value.items())
        case forms.BooleanField():
            return value
        case forms.ChoiceField() if isinstance(value, bool):
            return "yes" if value else "no"
        case forms.DateTimeField():
            return value.isoformat()
        case forms.DecimalField():
            return "" if value is None else str(value)
    return value


def _line(name: str, number: float) -> str:
    if "=" in name or not name.isprintable() or not name.strip():
        raise Unprocessable({"procedure_parameters": f"'{name[:40]}' is no name of a parameter."})
    return f"{name} = {number!r}"


def _steps(outputs: Mapping[str, str]) -> dict[str, str]:
    """What each step of the runbook put out, by its number."""
    wrong = [name for name in outputs if not (name.isascii() and name.isdigit() and len(name) < 4)]
    if wrong:
        sentence = "Name each step by its number, such as 1."
        raise Unprocessable({f"{OUTPUTS}.{name[:40]}": sentence for name in wrong})
    return {f"output_{int(name)}": said for name, said in outputs.items()}


def _in_body(name: str) -> str:
    is_step = name.startswith("output_")
    return f"{OUTPUTS}.{name.removeprefix('output_')}" if is_step else name.replace("__all__", "")


def _items(items: list[dict[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {"items-TOTAL_FORMS": str(len(items)), "items-INITIAL_FORMS": "0"}
    owners = {item["owner"]: None for item in items}
    known = dict(Person.objects.filter(username__in=owners).values_list("username", "pk"))
    for place, item in enumerate(items):
        data |= {
            f"items-{place}-title": item["title"],
            f"items-{place}-owner": known.get(item["owner"], "nobody"),
            f"items-{place}-due_on": item["due_on"].isoformat(),
        }
    return data
