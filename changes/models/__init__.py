"""What happened: the record. Only `changes.workflow` writes it."""

from changes.models.alerts import Alert, RepositoryNews
from changes.models.calendar import Freeze, WindowException
from changes.models.catalogue import OnCallShift, RotaOverride, StandardProcedure, System
from changes.models.diffs import DiffFetch, PullRequestDiff
from changes.models.dry_runs import DryRun
from changes.models.files import EvidenceItem
from changes.models.inbox import Delivery, DeliveryJob, RefusedDelivery
from changes.models.interfaces import DeployGateAnswer, KeptReply, Token
from changes.models.learning import (
    ActionItem,
    DocumentationUpdate,
    PostIncidentReview,
    PostMortem,
)
from changes.models.notifications import Notification
from changes.models.organisation import Organisation
from changes.models.outward import CommitStatus
from changes.models.people import Login, Person
from changes.models.pipeline import GateResult, PipelineRun, ProductionRelease
from changes.models.policy import PolicyReview, PolicyVersion, PolicyWithdrawal
from changes.models.refusals import RefusedAction
from changes.models.request import Approval, ChangeRequest
from changes.models.rollout import (
    Deployment,
    HealthSample,
    Rollback,
    RollbackCall,
    RollbackStep,
    RolloutHalt,
    RolloutStage,
    TriggerFiring,
    Verification,
)
from changes.models.source import Commit, HistoryImport, PullRequest, Repository, Review

__all__ = [
    "ActionItem",
    "Alert",
    "Approval",
    "ChangeRequest",
    "Commit",
    "CommitStatus",
    "Delivery",
    "DeliveryJob",
    "DeployGateAnswer",
    "Deployment",
    "DiffFetch",
    "DocumentationUpdate",
    "DryRun",
    "EvidenceItem",
    "Freeze",
    "GateResult",
    "HealthSample",
    "HistoryImport",
    "KeptReply",
    "Login",
    "Notification",
    "OnCallShift",
    "Organisation",
    "Person",
    "PipelineRun",
    "PolicyReview",
    "PolicyVersion",
    "PolicyWithdrawal",
    "PostIncidentReview",
    "PostMortem",
    "ProductionRelease",
    "PullRequest",
    "PullRequestDiff",
    "RefusedAction",
    "RefusedDelivery",
    "Repository",
    "RepositoryNews",
    "Review",
    "Rollback",
    "RollbackCall",
    "RollbackStep",
    "RolloutHalt",
    "RolloutStage",
    "RotaOverride",
    "StandardProcedure",
    "System",
    "Token",
    "TriggerFiring",
    "Verification",
    "WindowException",
]
