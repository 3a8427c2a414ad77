"""What happened: the record. Only `changes.workflow` writes it."""

from changes.models.calendar import Freeze, WindowException
from changes.models.catalogue import OnCallShift, StandardProcedure, System
from changes.models.files import EvidenceItem
from changes.models.learning import (
    ActionItem,
    DocumentationUpdate,
    PostIncidentReview,
    PostMortem,
)
from changes.models.organisation import Organisation
from changes.models.people import Login, Person
from changes.models.pipeline import GateResult, PipelineRun, ProductionRelease
from changes.models.policy import PolicyReview, PolicyVersion
from changes.models.request import Approval, ChangeRequest
from changes.models.rollout import (
    Deployment,
    HealthSample,
    Rollback,
    RolloutStage,
    Verification,
)
from changes.models.source import Commit, HistoryImport, PullRequest, Repository, Review

__all__ = [
    "ActionItem",
    "Approval",
    "ChangeRequest",
    "Commit",
    "Deployment",
    "DocumentationUpdate",
    "EvidenceItem",
    "Freeze",
    "GateResult",
    "HealthSample",
    "HistoryImport",
    "Login",
    "OnCallShift",
    "Organisation",
    "Person",
    "PipelineRun",
    "PolicyReview",
    "PolicyVersion",
    "PostIncidentReview",
    "PostMortem",
    "ProductionRelease",
    "PullRequest",
    "Repository",
    "Review",
    "Rollback",
    "RolloutStage",
    "StandardProcedure",
    "System",
    "Verification",
    "WindowException",
]
