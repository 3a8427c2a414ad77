"""What keeps the rota unambiguous where somebody stands in for somebody else."""

from changes.models import RotaOverride
from changes.workflow.refusals import Invalid


def check_override(override: RotaOverride) -> None:
    """Nobody has two who stand in at once, and no two people stand in for each other."""
    others = RotaOverride.objects.exclude(pk=override.pk).filter(
        starts_at__lt=override.ends_at, ends_at__gt=override.starts_at
    )
    twice = others.filter(absent=override.absent).first()
    if twice:
        raise Invalid({"starts_at": f"There is somebody already: {twice}."})
    if others.filter(absent=override.stand_in, stand_in=override.absent).exists():
        said = f"{override.absent} stands in for {override.stand_in} then: name a third person."
        raise Invalid({"stand_in": said})
