from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    default = True
    name = "orca_portal"
    verbose_name = "ORCA portal"

    def ready(self) -> None:
        from orca_portal import checks  # noqa: F401 - registers the checks


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our own rule of who may open it."""

    default = False
    default_site = "orca_portal.admin.PortalAdminSite"
