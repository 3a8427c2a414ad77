"""What each role may do in the portal, as data. Refused unless named here."""

from enum import StrEnum

from changes.vocabulary import Role


class Act(StrEnum):
    """What a person may do outside the table of states."""

    READ_CHANGES = "read changes"
    CREATE_CHANGE = "create a change request"
    READ_POLICY = "read the policy"
    READ_PACKAGES = "read packages"
    COMPILE_PACKAGE = "compile a package"
    DOWNLOAD_PACKAGE = "download a package"
    READ_EXCEPTIONS = "read the exceptions"
    ANSWER_EXCEPTION = "answer an exception"
    READ_REFUSALS = "read what was refused"
    READ_RECONCILIATION = "read the reconciliation"
    READ_LEDGER = "read the ledger"
    ERASE = "erase personal data"
    PROPOSE_POLICY = "propose a policy version"
    APPROVE_POLICY = "approve a policy version"
    CONFIGURE = "edit the catalogue, systems and people"
    REVIEW_POLICY = "sign the policy review"
    APPROVE_WINDOW_EXCEPTION = "approve a window exception"
    WRITE_POST_MORTEM = "write what was learnt"
    APPROVE_POST_MORTEM = "approve a post-mortem"
    HOLD_POST_INCIDENT_REVIEW = "hold a post-incident review"
    READ_DELIVERIES = "read the delivery log"
    RETRY_DELIVERY = "retry a delivery"
    READ_MESSAGES = "read the messages to everybody"
    RETRY_MESSAGE = "send a message again"


EVERYBODY = frozenset(Role)
REQUESTERS = frozenset({Role.ENGINEER, Role.TECH_LEAD, Role.ON_CALL})
DEPLOYERS = frozenset({Role.TECH_LEAD, Role.ON_CALL})

MAY: dict[Act, frozenset[Role]] = {
    Act.READ_CHANGES: EVERYBODY,
    Act.CREATE_CHANGE: REQUESTERS,
    Act.READ_POLICY: EVERYBODY,
    Act.READ_PACKAGES: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.COMPILE_PACKAGE: frozenset({Role.COMPLIANCE}),
    Act.DOWNLOAD_PACKAGE: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.READ_EXCEPTIONS: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.ANSWER_EXCEPTION: frozenset({Role.COMPLIANCE}),
    Act.READ_REFUSALS: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.READ_RECONCILIATION: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.READ_LEDGER: frozenset({Role.COMPLIANCE, Role.AUDITOR}),
    Act.ERASE: frozenset({Role.COMPLIANCE}),
    Act.PROPOSE_POLICY: frozenset({Role.POLICY_ADMINISTRATOR}),
    Act.APPROVE_POLICY: frozenset({Role.POLICY_ADMINISTRATOR, Role.COMPLIANCE}),
    Act.CONFIGURE: frozenset({Role.POLICY_ADMINISTRATOR}),
    Act.REVIEW_POLICY: frozenset({Role.POLICY_ADMINISTRATOR, Role.COMPLIANCE}),
    Act.APPROVE_WINDOW_EXCEPTION: frozenset({Role.TECH_LEAD}),
    Act.WRITE_POST_MORTEM: REQUESTERS,
    Act.APPROVE_POST_MORTEM: frozenset({Role.TECH_LEAD, Role.COMPLIANCE}),
    Act.HOLD_POST_INCIDENT_REVIEW: frozenset({Role.TECH_LEAD, Role.COMPLIANCE}),
    Act.READ_DELIVERIES: frozenset({Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR}),
    Act.RETRY_DELIVERY: frozenset({Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR}),
    Act.READ_MESSAGES: frozenset({Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR}),
    Act.RETRY_MESSAGE: frozenset({Role.COMPLIANCE, Role.POLICY_ADMINISTRATOR}),
}
