"""The words of the proof."""

from enum import StrEnum

# Events about the proof itself. They never move the cut of a package: the same record gives the
# same package, however often it is compiled, downloaded or checked.
ASIDE = ("access.", "ledger.", "package.")
# What was there before the log was; its event is dated by when the log began.
ADOPTED = "record.adopted"
KEY_RETIRED = "ledger.key_retired"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Phase(StrEnum):
    """How far a job has come: the record is frozen, then the sheets are made, then it is whole."""

    FREEZE = "freeze"
    SHEETS = "sheets"
    PUBLISH = "publish"


class PartKind(StrEnum):
    """What a part of a job holds: dossiers, or a slice of one of the long tables."""

    DOSSIERS = "dossiers"
    POPULATION = "population"
    MATRIX = "matrix"
    EXCEPTIONS = "exceptions"
    UNLINKED = "unlinked"
    EMERGENCIES = "emergencies"
    ROLLBACKS = "rollbacks"
    RECONCILED = "reconciled"


# In the order of the main document; what is reconciled goes into a CSV only.
TABLES = (
    PartKind.POPULATION,
    PartKind.MATRIX,
    PartKind.EXCEPTIONS,
    PartKind.UNLINKED,
    PartKind.EMERGENCIES,
    PartKind.ROLLBACKS,
)


class Attribute(StrEnum):
    """The attributes that an auditor tests on each change."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"
    I = "I"  # noqa: E741 - the auditor's own letter
    J = "J"
    K = "K"
    L = "L"
    M = "M"
    N = "N"
    O = "O"  # noqa: E741 - the auditor's own letter


ATTRIBUTE_NAMES: dict[Attribute, str] = {
    Attribute.A: "Request exists, is complete and is dated before the deployment",
    Attribute.B: "Category is right under the policy in force",
    Attribute.C: "Authorized by an allowed role",
    Attribute.D: "Reviewed by somebody other than every author",
    Attribute.E: "Tested on the deployed revision, before the deployment",
    Attribute.F: "Approved before the deployment, and for what was deployed",
    Attribute.G: "Deployer allowed, and not alone in the chain",
    Attribute.H: "What was approved is what runs",
    Attribute.I: "Rollback plan present and, where used, recorded",
    Attribute.J: "Window and freeze kept, or left with a reason",
    Attribute.K: "Verified after the deployment",
    Attribute.L: "Documentation updated where the policy says so",
    Attribute.M: "Emergency: criteria, approval and review in time",
    Attribute.N: "Advisories answered within their time limit",
    Attribute.O: "Deviations explained, remedied and tested again",
}
TESTED = tuple(Attribute)
