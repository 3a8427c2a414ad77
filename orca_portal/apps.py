from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "orca_portal"
    verbose_name = "ORCA portal"

    def ready(self) -> None:
        from orca_portal import checks  # noqa: F401 - registers the checks
