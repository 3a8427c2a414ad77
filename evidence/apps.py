from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "Proving it"

    def ready(self) -> None:
        from changes.announcements import happened
        from evidence import listeners

        happened.connect(listeners.store_events, dispatch_uid="evidence.store_events")
