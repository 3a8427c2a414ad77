"""To which stage of the pipeline a check belongs."""

from collections.abc import Mapping, Sequence

from changes.vocabulary import PipelineStage

# Where neither the policy nor the host says it; the first that fits.
_WORDS = (
    (
        PipelineStage.SECURITY_SCAN,
        ("scan", "codeql", "snyk", "audit", "sast", "security", "semgrep"),
    ),
    (PipelineStage.END_TO_END, ("e2e", "end-to-end", "end to end", "synthetic", "smoke")),
    (PipelineStage.DEPLOY_STAGING, ("staging",)),
    (PipelineStage.DEPLOY_PRODUCTION, ("production", "deploy", "release", "canary")),
    (PipelineStage.TEST, ("test", "spec", "coverage", "unit", "integration")),
    (PipelineStage.BUILD, ("build", "compile", "lint", "format", "type", "package")),
)


def stage_of(name: str, host_stage: str, checks: Mapping[str, Sequence[str]]) -> PipelineStage:
    """By the policy's list of checks, whatever the case; else by the words of its name, then by
    the stage that the host puts it in. What says nothing is a test.
    """
    for stage, names in checks.items():
        if name.lower() in (known.lower() for known in names):
            return PipelineStage(stage)
    for text in (name.lower(), host_stage.lower()):
        for found, words in _WORDS:
            if any(word in text for word in words):
                return found
    return PipelineStage.TEST
