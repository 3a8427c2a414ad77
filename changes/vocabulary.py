"""The words of the design. Models, pages, exports and PDFs all take them from here."""

from enum import StrEnum


class Category(StrEnum):
    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"


class Origin(StrEnum):
    """How a change request came to be; everything but `portal` was made after the fact."""

    PORTAL = "portal"
    IMPORTED = "imported"
    RETROACTIVE = "retroactive"


class Means(StrEnum):
    """How a change is made. All but `code` go past the pipeline, with files as evidence."""

    CODE = "code"
    CONSOLE_CHANGE = "console_change"
    FEATURE_FLAG = "feature_flag"
    VENDOR_PATCH = "vendor_patch"
    DATABASE_OPERATION = "database_operation"


class State(StrEnum):
    """Where a change request stands. Approval is no state: it is derived from the decisions."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ROLLED_BACK = "rolled_back"
    RECORDED = "recorded"


class Verdict(StrEnum):
    """What a rule found. Unknown and waiting are never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    WAITING = "waiting"


class Role(StrEnum):
    """What a person may be in the portal; each is a Django group of this name."""

    ENGINEER = "engineer"
    TECH_LEAD = "tech lead"
    ON_CALL = "on-call"
    COMPLIANCE = "compliance"
    POLICY_ADMINISTRATOR = "policy administrator"
    AUDITOR = "auditor"


class PersonKind(StrEnum):
    HUMAN = "human"
    BOT = "bot"
    SERVICE = "service"


class Scope(StrEnum):
    """What a token may be used for. To write includes to read the same."""

    CHANGES_READ = "changes:read"
    CHANGES_WRITE = "changes:write"
    EVIDENCE_WRITE = "evidence:write"
    DEPLOYMENTS_READ = "deployments:read"
    DEPLOYMENTS_WRITE = "deployments:write"


class ApprovalRole(StrEnum):
    """In which capacity an approval was given."""

    PEER_REVIEWER = "peer reviewer"
    TECH_LEAD = "tech lead"
    ON_CALL = "on-call"


class Decision(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class ReviewState(StrEnum):
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    COMMENTED = "commented"
    DISMISSED = "dismissed"


class Gate(StrEnum):
    """A result of the pipeline that the policy asks for."""

    TESTS = "tests"
    COVERAGE = "coverage"
    SECURITY_SCAN = "security_scan"


class PipelineStage(StrEnum):
    BUILD = "build"
    TEST = "test"
    SECURITY_SCAN = "security_scan"
    DEPLOY_STAGING = "deploy_staging"
    END_TO_END = "end_to_end"
    DEPLOY_PRODUCTION = "deploy_production"


class RunOutcome(StrEnum):
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Environment(StrEnum):
    STAGING = "staging"
    PRODUCTION = "production"


class RolloutStageName(StrEnum):
    CANARY = "canary"
    TEN_PERCENT = "10"
    HALF = "50"
    FULL = "100"


class StageResult(StrEnum):
    HEALTHY = "healthy"
    HALTED = "halted"


class DeploymentOutcome(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


class RollbackTrigger(StrEnum):
    ERROR_RATE = "error_rate"
    LATENCY = "latency"
    HEALTH_CHECK = "health_check"
    ALERT = "alert"
    MANUAL = "manual"


class CallState(StrEnum):
    """Of a call to the rollback executor."""

    QUEUED = "queued"
    ANSWERED = "answered"
    GIVEN_UP = "given_up"


class VerificationKind(StrEnum):
    SMOKE_TESTS = "smoke_tests"
    HEALTH_CHECKS = "health_checks"
    KPI = "kpi"


class DocumentKind(StrEnum):
    CHANGELOG = "changelog"
    README = "readme"
    RUNBOOK = "runbook"
    API_DOCS = "api_docs"


class Attribution(StrEnum):
    """How a commit was attributed to a pull request (contract: attribution of commits)."""

    SUBJECT = "subject"
    MERGE_SUBJECT = "merge_subject"
    MERGE_COMMIT = "merge_commit"
    LINK = "link"
    NONE = "none"


class PolicyState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"


class DryRunState(StrEnum):
    """Of a proposal that is tried on the last quarter."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class HookSource(StrEnum):
    """Who sends webhooks."""

    GITHUB = "github"
    GITLAB = "gitlab"
    VERCEL = "vercel"
    ALERTMANAGER = "alertmanager"


class DeliveryState(StrEnum):
    """What became of a webhook that was let in."""

    WAITING = "waiting"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class Occasion(StrEnum):
    """Why somebody is told: it waits for them, it fired, or its day has passed."""

    WAITS = "waits"
    FIRED = "fired"
    OVERDUE = "overdue"


class NotificationState(StrEnum):
    """`unconfirmed`: nobody knows whether it arrived, so it is not sent again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


class ImportState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"


def label(word: StrEnum | str) -> str:
    """The word as a person reads it: `not_applicable` becomes `not applicable`."""
    return str(word).replace("_", " ")


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, label(word)) for word in words]
