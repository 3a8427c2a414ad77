"""People with their roles and logins. Nobody is removed, and nobody edits their own roles."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from changes.admin.base import EntryAdmin, may_configure
from changes.admin.bases import (
    LoginTabularInline,
    PersonChangeForm,
    PersonCreationForm,
    PersonUserAdmin,
)
from changes.models import Login, Person
from changes.vocabulary import Role

OWN = ("groups", "is_active", "is_superuser")


class PersonForm(PersonCreationForm):
    class Meta:
        model = Person
        fields = ("username", "name")


class PersonEditForm(PersonChangeForm):
    """Django's own field for a user name takes no empty one; most people here have none."""

    class Meta:
        model = Person
        fields = "__all__"  # the page shows those of its fieldsets


class LoginInline(LoginTabularInline):
    model = Login
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_configure(request)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Person)
class PersonAdmin(EntryAdmin, PersonUserAdmin):
    add_form = PersonForm
    form = PersonEditForm
    inlines = (LoginInline,)
    list_display = ("name", "username", "kind", "held_roles", "is_active")
    list_filter = ("kind", "is_active", "groups")
    search_fields = ("name", "username", "email", "logins__name")
    ordering = ("name",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("name", "username", "password", "email", "kind", "time_zone")}),
        ("What they may do", {"fields": ("groups", "is_active", "is_superuser")}),
        ("Seen", {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "description": "Somebody without a user name is known to the record only.",
                "fields": ("username", "name", "usable_password", "password1", "password2"),
            },
        ),
    )

    @admin.display(description="roles")
    def held_roles(self, person: Person) -> str:
        return ", ".join(sorted(group.name for group in person.groups.all()))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """One's own roles are for another administrator; superusers are made on the machine."""
        fields = (*self.readonly_fields, "is_superuser")
        return (*fields, *OWN) if obj is not None and obj.pk == request.user.pk else fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Group.objects.filter(name__in=[role.value for role in Role])
        field = admin.ModelAdmin.formfield_for_manytomany(self, db_field, request, **kwargs)
        if field:
            field.label = "roles"
        return field


admin.site.unregister(Group)
