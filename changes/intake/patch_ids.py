"""What a diff is, apart from where it stands: git's patch-id.

White space counts (`--verbatim`, of git 2.39): in Python or YAML it changes what is done.
"""

import subprocess

from changes.intake.commits import Unusable
from changes.intake.git_folder import git_environment

SECONDS_MAXIMUM = 60


def patch_id(diff: bytes) -> str:
    """Empty for a diff without a change. Raises Unusable."""
    try:
        found = subprocess.run(
            ["git", "patch-id", "--verbatim"],
            input=diff,
            capture_output=True,
            env=git_environment(),
            timeout=SECONDS_MAXIMUM,
            check=False,
        )
    except FileNotFoundError as error:
        raise Unusable("git is not installed: install it, for instance with apt.") from error
    except subprocess.TimeoutExpired as error:
        raise Unusable("git took too long over the diff.") from error
    lines = found.stdout.decode("ascii", errors="replace").splitlines()
    if found.returncode or len(lines) > 1:
        raise Unusable("git cannot tell the patch-id of the diff: git 2.39 or later is needed.")
    return lines[0].partition(" ")[0] if lines else ""
