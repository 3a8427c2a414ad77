"""What is wrong in the sample, on purpose: which rules say so, and what no rule of a change says.

By the names of the stories; each tells its mistake in a sentence as well (`mistake`).
"""

from collections.abc import Mapping

UNAPPROVED = frozenset(
    {"tech_lead_of_every_system", "peer_review_by_another_person", "code_review_approved"}
)
UNREVIEWED = UNAPPROVED - {"tech_lead_of_every_system"}
ANOTHER = UNAPPROVED | {"approved_is_what_runs"}

# Story to the rules that do not pass, though it was deployed.
EXPECTED_FLAWS: Mapping[str, frozenset[str]] = {
    # reviewed only by a co-author, by the author, by a bot, by whoever had set an agent to work
    "stream-exports": UNREVIEWED,
    "send-a-request-identifier-with-every-response": UNREVIEWED,
    "accept-keys-in-the-second-header-too": UNREVIEWED,
    "shorten-the-names-of-the-gateway-s-metrics": UNREVIEWED,
    # merged by an administrator past the protection of the branch
    "read-the-list-of-partners-from-its-new-address": UNREVIEWED,
    # never approved by a tech lead, or after the deployment
    "drop-keys-from-the-cache-when-they-are-revoked": frozenset({"tech_lead_of_every_system"}),
    "choose-organisation": frozenset({"tech_lead_of_every_system"}),
    "limit-what-build-machines-may-reach": frozenset(
        {"tech_lead_of_every_system", "tech_lead_for_infrastructure"}
    ),
    # a commit after the approvals, a merge that smuggles, the commit before
    "dunning-language": ANOTHER,
    "read-groups-from-the-customer-s-directory": ANOTHER,
    "recompute-discounts-when-a-contract-changes": ANOTHER
    | {"pipeline_stages_in_order", "released_after_end_to_end"},
    # nobody on call approved the emergency
    "turn-off-the-sign-in-by-link": frozenset({"approval_by_on_call"}),
    # tests: failed, no report, a tenth skipped, none run
    "validate-bodies-against-the-published-schema": frozenset(
        {"all_tests_passed", "pipeline_stages_in_order"}
    ),
    "export-ledger-entries-in-the-accountants-format": frozenset({"all_tests_passed"}),
    "compare-aggregates-with-raw-events-each-night": frozenset({"all_tests_passed"}),
    "csv-loader": frozenset({"all_tests_passed"}),
    # coverage 79.99 %
    "refresh-tokens": frozenset({"coverage_reaches_minimum"}),
    # scans: no report of Snyk, a critical finding, one that is suppressed and not accepted
    "two-lengths": frozenset({"no_critical_security_finding", "pipeline_stages_in_order"}),
    "send-invoices-in-the-night-of-the-customer": frozenset({"no_critical_security_finding"}),
    "refuse-passwords-from-known-leaks": frozenset({"no_critical_security_finding"}),
    # a Saturday, a Sunday, a Friday without a reason, 16:00 sharp, the launch freeze
    "audit-log-csv": frozenset({"deployed_inside_window"}),
    "offer-the-console-in-japanese": frozenset({"deployed_inside_window"}),
    "check-tax-numbers-with-the-register": frozenset({"deployed_inside_window"}),
    "move-the-sign-in-page-to-its-own-origin": frozenset({"deployed_inside_window"}),
    "plan-picker": frozenset({"deployed_inside_window"}),
    # the standard procedure had expired; more packages than it allows
    "certificates-september": frozenset({"standard_procedure_covers_it"}),
    "patch-fourteen-packages-of-the-gateway-at-once": frozenset({"standard_procedure_covers_it"}),
    # without code: a database operation without a file, a console change asked for the day after
    "partition-index": frozenset({"all_tests_passed"}),
    "cache-rule": frozenset(
        {
            "deployer_is_allowed",
            "more_than_one_person",
            "peer_review_by_another_person",
            "tech_lead_of_every_system",
            "verified_after_deployment",
        }
    ),
    # rolled back, so never verified: error rate, latency, twice by hand
    "edge-cache": frozenset({"verified_after_deployment"}),
    "keep-idle-connections-to-services-for-ninety-seconds": frozenset(
        {"verified_after_deployment"}
    ),
    "take-payments-by-bank-transfer-in-japan": frozenset({"verified_after_deployment"}),
    "aggregate-per-minute-instead-of-per-hour": frozenset(
        {"verified_after_deployment", "post_mortem_written"}
    ),
    "split-large-customers-over-two-partitions": frozenset(
        {"verified_after_deployment", "rollback_is_recorded"}
    ),
    # a trigger fired and nobody rolled back
    "stop-retrying-requests-that-were-half-sent": frozenset({"triggers_answered_by_rollback"}),
    # a stage was skipped, nobody watched
    "round-usage-up-once-a-month-not-once-a-day": frozenset({"stages_in_order"}),
    "count-refused-requests-by-their-reason": frozenset({"stages_are_observed"}),
    # a shared account, released by nobody; one person alone
    "give-batch-requests-a-queue-of-their-own": frozenset(
        {"released_after_end_to_end", "deployer_is_allowed"}
    ),
    "record-who-invited-whom": UNAPPROVED | {"more_than_one_person", "approved_is_what_runs"},
    # a document that was declared and never touched; an advisory answered late
    "move-the-settings-into-one-place": frozenset({"documents_match_paths"}),
    "patch-the-chart-library-s-colour-parser": frozenset({"advisory_answered_in_time"}),
    # the post-incident review of an emergency: overdue, held late
    "double-events": frozenset({"post_incident_review_held", "post_mortem_written"}),
    "accept-the-partner-s-new-certificate-authority": frozenset({"post_incident_review_held"}),
    # the KPI failed, or is missing
    "shed-load": frozenset({"verified_after_deployment"}),
    "shorten-recovery-links-to-fifteen-minutes": frozenset({"verified_after_deployment"}),
}

# Wrong as well, and in the record, but no matter for the rules that judge a change today. The
# package's own reconciliation finds the stray commit and deployment.
BEYOND_THE_RULES: Mapping[str, str] = {
    "orca/infrastructure": "a commit was pushed to the production branch without a change request",
    "orca/web": "a deployment to production names no change request",
    "2026Q3": "nobody has signed the policy review, and one change in ten was an emergency",
}

# Rules that no deployed change of the portal can break: the workflow lets nothing get so far.
NEVER_BROKEN: Mapping[str, str] = {
    "required_fields_present": "nothing is submitted without its required fields",
    "emergency_names_its_incident": "no emergency is submitted without its incident",
}
