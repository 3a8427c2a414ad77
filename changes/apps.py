from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "changes"
    verbose_name = "Policy, catalogue and people"

    def ready(self) -> None:
        from changes import listeners
        from changes.announcements import happened

        happened.connect(listeners.queue_notifications, dispatch_uid="changes.queue_notifications")
