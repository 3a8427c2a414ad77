"""Systems, standard procedures, the rota with its overrides, freezes and repositories."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from changes import clock
from changes.admin.base import EntryAdmin
from changes.models import (
    Freeze,
    OnCallShift,
    Person,
    Repository,
    RotaOverride,
    StandardProcedure,
    System,
)
from changes.vocabulary import Role
from changes.workflow.administration import is_past


@admin.register(System)
class SystemAdmin(EntryAdmin):
    list_display = ("name", "slug", "is_infrastructure", "led_by", "in_scope_from")
    list_filter = ("is_infrastructure",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="tech leads")
    def led_by(self, system: System) -> str:
        return ", ".join(lead.name for lead in system.tech_leads.all()) or "nobody"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("tech_leads")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only who holds the role can lead."""
        kwargs["queryset"] = holders_of(Role.TECH_LEAD)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(StandardProcedure)
class ProcedureAdmin(EntryAdmin):
    list_display = ("title", "slug", "valid_from", "expires_on")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}


class BegunIsHistory(EntryAdmin):
    """What has begun can be read, not edited: changes were judged by it."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or not is_past(obj, clock.now())
        return is_open and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or not is_past(obj, clock.now())
        return is_open and super().has_delete_permission(request, obj)


@admin.register(OnCallShift)
class ShiftAdmin(BegunIsHistory):
    list_display = ("person", "starts_at", "ends_at")
    list_select_related = ("person",)
    date_hierarchy = "starts_at"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = holders_of(Role.ON_CALL)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(RotaOverride)
class RotaOverrideAdmin(BegunIsHistory):
    list_display = ("stand_in", "absent", "starts_at", "ends_at", "reason")
    list_select_related = ("stand_in", "absent")
    date_hierarchy = "starts_at"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever is on the rota may be absent; who stands in holds the role."""
        kwargs["queryset"] = holders_of(Role.ON_CALL)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Freeze)
class FreezeAdmin(BegunIsHistory):
    list_display = ("reason", "starts_at", "ends_at")


@admin.register(Repository)
class RepositoryAdmin(EntryAdmin):
    list_display = ("name", "host", "production_branch", "system", "reports_reviews")
    list_select_related = ("system",)
    search_fields = ("name", "host")


def holders_of(role: Role) -> Any:
    return Person.objects.filter(groups__name=role, is_active=True)
