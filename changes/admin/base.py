"""The admin site asks the portal's own permissions and writes through the workflow."""

from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from changes import clock
from changes.admin.bases import AnyModelAdmin
from changes.models import Person
from changes.permissions import may
from changes.roles import Act
from changes.views.refusals import keep_refusal, sentences_of, status_of
from changes.workflow.administration import remove_entry, save_entry
from changes.workflow.refusals import Refusal


def may_configure(request: HttpRequest) -> bool:
    person = request.user
    return isinstance(person, Person) and (_is_superuser(person) or may(person, Act.CONFIGURE))


class EntryAdmin(AnyModelAdmin):
    """One row of the catalogue. Django's own model permissions are not asked."""

    actions: Any = None
    # Django's own choosers of several rows and of a time leave fields without a name to a reader
    # of the screen.
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.URLField: {"assume_scheme": "https"},
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": forms.DateTimeInput},
    }

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_configure(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_configure(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_configure(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_configure(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_configure(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved in `save_related`: the row, its links and the event in one go."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        related = _related(form)
        save_entry(record=form.instance, actor=actor_of(request), at=clock.now(), related=related)
        for formset in formsets:
            for row in formset.save(commit=False):
                save_entry(record=row, actor=actor_of(request), at=clock.now())
            for row in formset.deleted_objects:
                remove_entry(record=row, actor=actor_of(request), at=clock.now())
            formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_entry(record=obj, actor=actor_of(request), at=clock.now())

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal of the workflow is a sentence above the form."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            tell_refusal(request, refusal)
            return redirect(request.get_full_path())

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """A form that comes back with what is wrong was refused as well."""
        form = context["adminform"].form
        if request.method == "POST" and self.is_refusal(form):
            keep_refusal(request, HTTPStatus.BAD_REQUEST, sentences_of(form))
        return super().render_change_form(request, context, *args, **kwargs)

    def is_refusal(self, form: Any) -> bool:
        return bool(form.errors)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except Refusal as refusal:
            tell_refusal(request, refusal)
            return redirect(request.get_full_path())


def tell_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """To the person above the page, and to the log of refused actions."""
    messages.error(request, str(refusal))
    keep_refusal(request, status_of(refusal), str(refusal))


def actor_of(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101 - the site let nobody else in
    return request.user


def _related(form: Any) -> dict[str, list[models.Model]]:
    """The many-to-many fields of the form, as they were chosen."""
    names = [field.name for field in form.instance._meta.many_to_many]
    return {name: list(form.cleaned_data[name]) for name in names if name in form.cleaned_data}


def _is_superuser(person: Person) -> bool:
    return person.is_active and person.is_superuser
