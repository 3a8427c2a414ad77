"""The ledger's page: how far it has come, its newest entries, and checking a proof."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from changes.keys import parse_key
from changes.models import ChangeRequest
from changes.permissions import may, needs
from changes.roles import Act
from evidence.forms import ProofForm
from evidence.ledger.proofs import check_proof, proof_of_change
from evidence.queries.late import only_late
from evidence.queries.ledger import ledger_state, newest_events

PLAIN = "text/plain; charset=utf-8"


@needs(Act.READ_LEDGER)
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: HttpRequest) -> HttpResponse:
    form = ProofForm(request.POST or None)
    is_bad = request.method == "POST" and not form.is_valid()
    events = newest_events()
    context = {
        "state": ledger_state(),
        "events": events,
        "late": {event.pk for event in only_late(events)},
        "form": form,
        "answer": check_proof(form.cleaned_data["proof"]) if form.is_valid() else None,
        "may_erase": may(request.user, Act.ERASE),
    }
    status = HTTPStatus.BAD_REQUEST if is_bad else HTTPStatus.OK
    return render(request, "evidence/ledger.html", context, status=status)


@needs(Act.READ_LEDGER)
@require_safe
def checkpoint_note(request: HttpRequest) -> HttpResponse:
    checkpoint = ledger_state().checkpoint
    if checkpoint is None:
        raise Http404("Nothing was signed yet.")
    return _file(checkpoint.note, "checkpoint.note")


@needs(Act.READ_LEDGER)
@require_safe
def log_key(request: HttpRequest) -> HttpResponse:
    """The line that pins the log: what an auditor gives to `verify.py --key`."""
    keys = ledger_state().keys
    if not keys:
        raise Http404("The log has no key yet.")
    return _file(f"{keys[-1].vkey}\n", "orca.key")


@needs(Act.READ_CHANGES)
@require_safe
def change_proof(request: HttpRequest, key: str) -> HttpResponse:
    change = get_object_or_404(ChangeRequest, number=parse_key(key))
    proof = proof_of_change(change)
    if proof is None:
        raise Http404(f"No checkpoint covers {change.key} yet; one is signed every minute.")
    return _file(proof, f"{change.key}.tlog-proof")


def _file(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=PLAIN, headers=headers)
