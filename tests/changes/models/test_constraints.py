"""The last line of defence: rows that no form and no workflow saw are refused as well."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, F
from factory.declarations import SubFactory

from changes.models import ChangeRequest, Organisation
from tests.factories import (
    alerts,
    calendar,
    catalogue,
    exceptions,
    files,
    inbox,
    interfaces,
    learning,
    ledger,
    notifications,
    outward,
    packages,
    people,
    pipeline,
    policy,
    request,
    rollout,
    source,
    times,
)
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
EARLY = times.DRAFTED.replace(year=2020)
UNKNOWN, BLANK = "nonsense", ""
PERCENT = (
    *("tests_passed_minimum", "tests_skipped_maximum", "coverage_minimum"),
    *("emergency_share_maximum", "error_rate_maximum"),
)


class LinkedCommitFactory(source.CommitFactory):
    pull_request = SubFactory(source.PullRequestFactory)


FACTORIES: dict[str, Any] = {
    "alert": alerts.AlertFactory,
    "action_item": learning.ActionItemFactory,
    "approval": request.ApprovalFactory,
    "change": request.ChangeRequestFactory,
    "checkpoint": ledger.CheckpointFactory,
    "commit": LinkedCommitFactory,
    "delivery": inbox.DeliveryFactory,
    "delivery_job": inbox.DeliveryJobFactory,
    "commit_status": outward.CommitStatusFactory,
    "deployment": rollout.DeploymentFactory,
    "call": rollout.RollbackCallFactory,
    "diff": outward.PullRequestDiffFactory,
    "diff_fetch": outward.DiffFetchFactory,
    "document": learning.DocumentationUpdateFactory,
    "dry_run": policy.DryRunFactory,
    "erasure": ledger.ErasureFactory,
    "evidence_item": files.EvidenceItemFactory,
    "firing": rollout.TriggerFiringFactory,
    "freeze": calendar.FreezeFactory,
    "gate_result": pipeline.GateResultFactory,
    "halt": rollout.RolloutHaltFactory,
    "import": source.HistoryImportFactory,
    "key_retirement": ledger.KeyRetirementFactory,
    "job": packages.CompileJobFactory,
    "login": people.LoginFactory,
    "news": alerts.RepositoryNewsFactory,
    "notification": notifications.NotificationFactory,
    "override": catalogue.RotaOverrideFactory,
    "package": packages.PackageFactory,
    "packagefiles": packages.PackageFilesFactory,
    "part": packages.CompilePartFactory,
    "person": people.PersonFactory,
    "policy": policy.PolicyVersionFactory,
    "procedure": catalogue.StandardProcedureFactory,
    "pull_request": source.PullRequestFactory,
    "refused_delivery": inbox.RefusedDeliveryFactory,
    "refused_action": request.RefusedActionFactory,
    "release": pipeline.ProductionReleaseFactory,
    "reply": interfaces.KeptReplyFactory,
    "repository": source.RepositoryFactory,
    "response": exceptions.ManagementResponseFactory,
    "review": source.ReviewFactory,
    "rollback": rollout.RollbackFactory,
    "rollback_step": rollout.RollbackStepFactory,
    "run": pipeline.PipelineRunFactory,
    "sample": rollout.HealthSampleFactory,
    "shift": catalogue.OnCallShiftFactory,
    "stage": rollout.RolloutStageFactory,
    "system": catalogue.SystemFactory,
    "token": interfaces.TokenFactory,
    "verification": rollout.VerificationFactory,
    "window_exception": calendar.WindowExceptionFactory,
    "withdrawal": policy.PolicyWithdrawalFactory,
}
# What an update would have to write to break each constraint.
BAD_VALUES: dict[str, dict[str, Any]] = {
    "action_item_title_is_not_blank": {"title": BLANK},
    "alert_ends_at_not_before_starts_at": {"ends_at": EARLY},
    "alert_trigger_is_known": {"trigger": UNKNOWN},
    "approval_decision_is_known": {"decision": UNKNOWN},
    "approval_role_is_known": {"role": UNKNOWN},
    "change_category_is_known": {"category": UNKNOWN},
    "change_closed_has_a_time": {"state": "closed"},
    "change_has_a_title": {"title": BLANK},
    "change_number_from_one": {"number": 0},
    "change_means_is_known": {"means": UNKNOWN},
    "change_origin_is_known": {"origin": UNKNOWN},
    "change_recorded_is_not_from_the_portal": {"state": "recorded"},
    "change_state_is_known": {"state": UNKNOWN},
    "change_submitted_has_time_and_policy": {"policy_version": None},
    "checkpoint_covers_something": {"size": 0},
    "commit_attributed_has_a_pull_request": {"pull_request": None},
    "commit_attribution_is_known": {"attribution": UNKNOWN},
    "commit_status_sent_has_a_time": {"is_sent": True},
    "delivery_delivery_id_is_not_blank": {"delivery_id": BLANK},
    "delivery_job_state_is_known": {"state": UNKNOWN},
    "delivery_source_is_known": {"source": UNKNOWN},
    "deployment_environment_is_known": {"environment": UNKNOWN},
    "deployment_finished_at_not_before_started_at": {"finished_at": EARLY},
    "deployment_finished_unless_running": {"finished_at": None},
    "deployment_outcome_is_known": {"outcome": UNKNOWN},
    "diff_revision_is_not_blank": {"revision": BLANK},
    "document_kind_is_known": {"kind": UNKNOWN},
    "dry_run_is_done_with_its_result": {"state": "done"},
    "dry_run_state_is_known": {"state": UNKNOWN},
    "evidence_item_sha256_is_not_blank": {"sha256": BLANK},
    "freeze_ends_at_not_before_starts_at": {"ends_at": EARLY},
    "freeze_reason_is_not_blank": {"reason": BLANK},
    "gate_result_gate_is_known": {"gate": UNKNOWN},
    "import_finished_at_not_before_started_at": {"finished_at": EARLY},
    "import_state_is_known": {"state": UNKNOWN},
    "job_done_has_a_package": {"state": "done"},
    "job_phase_is_known": {"phase": UNKNOWN},
    "job_state_is_known": {"state": UNKNOWN},
    "key_retirement_reason_is_not_blank": {"reason": BLANK},
    "login_name_is_not_blank": {"name": BLANK},
    "notification_channel_is_known": {"channel": UNKNOWN},
    "notification_email_has_a_recipient": {"channel": "email"},
    "notification_key_is_not_blank": {"key": BLANK},
    "notification_occasion_is_known": {"occasion": UNKNOWN},
    "notification_state_is_known": {"state": UNKNOWN},
    "notification_text_is_not_blank": {"text": BLANK},
    "package_revision_from_one": {"revision": 0},
    "package_sha256_is_not_blank": {"sha256": BLANK},
    "packagefiles_sha256_is_not_blank": {"sha256": BLANK},
    "part_done_within_total": {"done": 2},
    "part_kind_is_known": {"kind": UNKNOWN},
    "part_state_is_known": {"state": UNKNOWN},
    "person_kind_is_known": {"kind": UNKNOWN},
    "person_name_is_not_blank": {"name": BLANK},
    "policy_approved_has_a_time": {"approved_at": None},
    "policy_state_is_known": {"state": UNKNOWN},
    "policy_version_is_not_blank": {"version": BLANK},
    "policy_window_is_not_empty": {"window_opens": F("window_closes")},
    "procedure_expires_on_not_before_valid_from": {"expires_on": EARLY.date()},
    "procedure_title_is_not_blank": {"title": BLANK},
    "refused_delivery_source_is_known": {"source": UNKNOWN},
    "reply_key_is_not_blank": {"key": BLANK},
    "repository_name_is_not_blank": {"name": BLANK},
    "response_has_its_texts": {"cause": BLANK},
    "response_reference_is_not_blank": {"reference": BLANK},
    "refused_action_sentence_is_not_blank": {"sentence": BLANK},
    "refused_action_what_is_not_blank": {"what": BLANK},
    "review_state_is_known": {"state": UNKNOWN},
    "call_answered_has_a_time": {"state": "answered"},
    "call_state_is_known": {"state": UNKNOWN},
    "firing_span_ends_at_not_before_span_starts_at": {"span_ends_at": EARLY},
    "firing_trigger_is_known": {"trigger": UNKNOWN},
    "halt_reason_is_not_blank": {"reason": BLANK},
    "halt_resumed_at_not_before_halted_at": {"resumed_at": EARLY},
    "rollback_step_output_is_not_blank": {"output": BLANK},
    "rollback_finished_at_not_before_started_at": {"finished_at": EARLY},
    "rollback_trigger_is_known": {"trigger": UNKNOWN},
    "run_finished_at_not_before_started_at": {"finished_at": EARLY},
    "run_outcome_is_known": {"outcome": UNKNOWN},
    "run_stage_is_known": {"stage": UNKNOWN},
    "sample_error_rate_percent_is_percent": {"error_rate_percent": 101},
    "sample_latency_is_not_negative": {"latency_p95_ms": -1},
    "override_ends_after_it_starts": {"ends_at": EARLY},
    "override_is_of_two_people": {"stand_in": F("absent")},
    "override_reason_is_not_blank": {"reason": BLANK},
    "withdrawal_reason_is_not_blank": {"reason": BLANK},
    "shift_ends_at_not_before_starts_at": {"ends_at": EARLY},
    "stage_ended_at_not_before_started_at": {"ended_at": EARLY},
    "stage_ended_has_a_result": {"result": BLANK},
    "stage_name_is_known": {"name": UNKNOWN[:6]},
    "system_in_scope_until_not_before_in_scope_from": {
        "in_scope_from": times.DRAFTED.date(),
        "in_scope_until": EARLY.date(),
    },
    "system_name_is_not_blank": {"name": BLANK},
    "token_expires_at_not_before_created_at": {"expires_at": EARLY},
    "token_name_is_not_blank": {"name": BLANK},
    "token_revoked_at_not_before_created_at": {"revoked_at": EARLY},
    "token_secret_sha256_is_not_blank": {"secret_sha256": BLANK},
    "verification_kind_is_known": {"kind": UNKNOWN},
    "window_exception_reason_is_not_blank": {"reason": BLANK},
    "window_exception_valid_until_not_before_approved_at": {"valid_until": EARLY},
    **{f"policy_{name}_percent_is_percent": {f"{name}_percent": 101} for name in PERCENT},
}
# What two rows may not have in common.
SHARED: dict[str, dict[str, Any]] = {
    "alert_once": {"fingerprint": "f" * 16},
    "approval_once_for_a_revision_and_wording": {},
    "checkpoint_once_for_a_size_and_key": {},
    "commit_sha_once": {"sha": "c" * 40},
    "commit_status_once": {},
    "delivery_once": {"delivery_id": "one"},
    "deployment_one_running_to_production": {"outcome": "running", "finished_at": None},
    "deployment_once_by_external_id": {"external_id": "vercel:dpl_1"},
    "diff_fetch_once": {},
    "diff_once": {},
    "document_once": {},
    "erasure_asked_once": {},
    "evidence_item_once": {},
    "gate_result_once": {},
    "gate_result_once_for_a_file": {"evidence_item": SubFactory(files.EvidenceItemFactory)},
    "halt_one_at_a_time": {},
    "job_one_under_way_for_a_quarter": {},
    "login_names_one_person": {"name": "ada"},
    "news_once": {"name": "v1.0"},
    "package_revision_once": {},
    "part_ordinal_once": {"ordinal": 1},
    "pull_request_number_once": {"number": 7},
    "release_once_for_a_revision": {},
    "reply_once_for_a_key": {"key": "same"},
    "review_once": {},
    "run_once": {},
    "rollback_step_once": {},
    "sample_once": {},
    "override_starts_once": {},
    "shift_starts_once": {},
    "stage_once": {},
}
ELSEWHERE = {
    "document_waived_by_another_person",
    "erasure_by_two_persons",
    "organisation_is_one_row",
    "policy_approved_by_another_person",
}
PARENTS = (
    "absent",
    "change",
    "person",
    "repository",
    "deployment",
    "rollback",
    "pull_request",
    "job",
    "evidence_item",
    "key",
)


def factory_of(constraint: str) -> Any:
    names = [name for name in FACTORIES if constraint.startswith(f"{name}_")]
    return FACTORIES[max(names, key=len)]


def refuse(row: Any, values: dict[str, Any]) -> str:
    """How the database refuses an update that asks nobody."""
    with unguarded(), pytest.raises(IntegrityError) as refusal, transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)
    return str(refusal.value)


def test_every_named_constraint_is_tested() -> None:
    own = [m for app in ("changes", "evidence") for m in apps.get_app_config(app).get_models()]
    constraints = [c for model in own for c in model._meta.constraints]
    checks = {c.name for c in constraints if isinstance(c, CheckConstraint)}
    uniques = {c.name for c in constraints} - checks

    assert (checks - ELSEWHERE, uniques) == (set(BAD_VALUES), set(SHARED))


@pytest.mark.parametrize("constraint", BAD_VALUES)
def test_check_refuses_a_bad_value(constraint: str) -> None:
    row = factory_of(constraint).create()

    assert constraint in refuse(row, BAD_VALUES[constraint])


@pytest.mark.parametrize("constraint", SHARED)
def test_unique_constraint_refuses_a_second_row(constraint: str) -> None:
    factory, values = factory_of(constraint), SHARED[constraint]
    first = factory.create(**values)
    fields = {field.name for field in first._meta.fields}
    same = {name: getattr(first, name) for name in PARENTS if name in fields}

    with pytest.raises(IntegrityError), transaction.atomic():
        factory.create(**{**values, **same})


def test_login_names_are_the_same_in_any_case() -> None:
    people.LoginFactory.create(name="ada")

    with pytest.raises(IntegrityError), transaction.atomic():
        people.LoginFactory.create(name="Ada")


def test_policy_is_approved_by_another_person() -> None:
    person = people.PersonFactory.create()
    version = policy.PolicyVersionFactory.create(proposed_by=person)

    refusal = refuse(version, {"approved_by": person})

    assert "policy_approved_by_another_person" in refusal


def test_erasure_is_done_by_another_person() -> None:
    erasure = ledger.ErasureFactory.create()

    assert "erasure_by_two_persons" in refuse(erasure, {"done_by": erasure.asked_by})


@pytest.mark.parametrize("reason", ["", "Nothing of it changes."])
def test_document_is_waived_with_a_reason_by_another_person(reason: str) -> None:
    person = people.PersonFactory.create()
    asked = {"waiver_reason": reason, "waiver_asked_by": person if reason else None}
    document = learning.DocumentationUpdateFactory.create(**asked)

    refusal = refuse(document, {"waived_by": person})

    assert "document_waived_by_another_person" in refusal


def test_organisation_is_one_row() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(id=2)


def test_bulk_create_is_held_to_the_constraints_too() -> None:
    change = ChangeRequest(number=9, title="Sort", state="submitted", drafted_at=times.DRAFTED)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.bulk_create([change])
