"""Parts of addresses."""


class PackageConverter:
    """`2026Q3-r1`: a quarter and a revision."""

    regex = "[0-9]{4}Q[1-4]-r[1-9][0-9]{0,5}"

    def to_python(self, value: str) -> tuple[str, int]:
        quarter, revision = value.split("-r")
        return quarter, int(revision)

    def to_url(self, value: object) -> str:
        return str(value)
