"""Static files: hashed and compressed once collected, under their plain names before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """So that a portal in a folder of its own answers without `collectstatic` too."""

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
