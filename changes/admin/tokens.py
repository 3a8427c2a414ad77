"""Tokens of machines: made here, shown once, revoked here. None is edited or removed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from changes import clock
from changes.admin.base import EntryAdmin, actor_of, may_configure, tell_refusal
from changes.admin.bases import TokenModelForm
from changes.models import Token
from changes.vocabulary import Scope, choices
from changes.workflow.refusals import Refusal
from changes.workflow.tokens import create_token, revoke_token


class TokenForm(TokenModelForm):
    scopes = forms.MultipleChoiceField(
        choices=choices(Scope),
        widget=forms.CheckboxSelectMultiple,
        help_text="To write includes to read.",
    )

    class Meta:
        model = Token
        fields = ("name", "scopes", "expires_at")


@admin.register(Token)
class TokenAdmin(EntryAdmin):
    form = TokenForm
    actions = ("revoke",)
    list_display = ("name", "person", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("person",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return may_configure(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What there is of a token to see; its secret is not stored."""
        return TokenForm.Meta.fields if obj is None else (*self.list_display, "created_at")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        given = form.cleaned_data
        token, secret = create_token(
            name=given["name"],
            scopes=given["scopes"],
            actor=actor_of(request),
            at=clock.now(),
            expires_at=given["expires_at"],
        )
        form.instance.pk = token.pk
        messages.warning(request, f"The token of {token}, shown only now: {secret}")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The trail has its own event, `token.created`."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        return redirect("admin:changes_token_changelist")

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Token]) -> None:
        for token in chosen:
            try:
                revoke_token(token=token, actor=actor_of(request), at=clock.now())
            except Refusal as refusal:
                tell_refusal(request, refusal)
            else:
                messages.success(request, f"The token {token} is revoked.")
