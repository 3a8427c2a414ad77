from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "Proving it"

    def ready(self) -> None:
        from changes.announcements import happened
        from evidence import listeners

        post_migrate.connect(listeners.guard_tables, sender=self)
        happened.connect(listeners.store_events, dispatch_uid="evidence.store_events")
