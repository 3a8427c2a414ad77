"""Packages: the list, one of them, compiling and handing out."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from changes import clock
from changes.models import Person
from changes.permissions import may, needs
from changes.roles import Act
from evidence.forms import CompileForm, last_full_quarter
from evidence.models import Package
from evidence.packages.access import record_download
from evidence.packages.contents import (
    DOSSIERS,
    Damaged,
    Differences,
    differences,
    entries_of,
    manifest_of,
    open_whole,
)
from evidence.packages.jobs import Wake, request_job
from evidence.queries.packages import (
    found_package,
    jobs_to_show,
    package_before,
    packages_by_quarter,
)
from evidence.tasks import wake
from evidence.vocabulary import Phase

DOSSIERS_ON_A_PAGE = 50


@needs(Act.READ_PACKAGES)
@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    return _list(request, CompileForm(initial={"quarter": str(last_full_quarter())}))


@needs(Act.COMPILE_PACKAGE)
@require_POST
def compile_package(request: HttpRequest) -> HttpResponse:
    """Ask for a job; where the broker is silent, the sweep starts it later."""
    form = CompileForm(request.POST)
    if not form.is_valid():
        return _list(request, form, HTTPStatus.BAD_REQUEST)
    job = request_job(
        quarter=form.cleaned_data["quarter"],
        is_forced=form.cleaned_data["force"],
        actor=request.user if isinstance(request.user, Person) else None,
        at=clock.now(),
    )
    if not wake([Wake(Phase.FREEZE, job.pk)]):
        messages.warning(request, f"{job.quarter} is queued; the workers cannot be reached now.")
    return redirect("evidence:packages")


@needs(Act.READ_PACKAGES)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The fragment that the page asks for while something is under way."""
    shown = jobs_to_show()
    response = render(request, "evidence/_jobs.html", _jobs(shown))
    if not any(progress for _, progress in shown):
        response["HX-Refresh"] = "true"
    return response


@needs(Act.READ_PACKAGES)
@require_safe
def package(request: HttpRequest, key: tuple[str, int]) -> HttpResponse:
    found = _found(key)
    try:
        manifest, damage = manifest_of(found), ""
    except Damaged as error:
        manifest, damage = {"files": []}, str(error)
    entries = entries_of(manifest)
    dossiers = [entry for entry in entries if entry.path.startswith(DOSSIERS)]
    before = package_before(found)
    context = {
        "package": found,
        "damage": damage,
        "files": [entry for entry in entries if entry not in set(dossiers)],
        "dossiers": Paginator(dossiers, DOSSIERS_ON_A_PAGE).get_page(request.GET.get("page")),
        "before": before,
        "differences": _differences(before, manifest) if before and not damage else None,
        "may_download": may(request.user, Act.DOWNLOAD_PACKAGE),
    }
    return render(request, "evidence/package.html", context)


@needs(Act.DOWNLOAD_PACKAGE)
@require_safe
def download(request: HttpRequest, key: tuple[str, int]) -> HttpResponseBase:
    """Checked before it is sent: a file that differs is refused with the sentence."""
    found = _found(key)
    try:
        file = open_whole(found)
    except Damaged as error:
        context = {"heading": "Not handed out", "sentence": str(error), "status": 409}
        return render(request, "errors/refused.html", context, status=HTTPStatus.CONFLICT)
    actor = request.user if isinstance(request.user, Person) else None
    record_download(package=found, actor=actor, at=clock.now())
    return FileResponse(
        file, as_attachment=True, filename=found.file_name, content_type="application/zip"
    )


def _found(key: tuple[str, int]) -> Package:
    found = found_package(*key)
    if found is None:
        raise Http404(f"There is no package {key[0]}-r{key[1]}.")
    return found


def _differences(before: Package, manifest: dict[str, Any]) -> Differences | None:
    try:
        return differences(manifest_of(before), manifest)
    except Damaged:
        return None


def _list(
    request: HttpRequest, form: CompileForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "quarters": packages_by_quarter(),
        "may_compile": may(request.user, Act.COMPILE_PACKAGE),
        "may_download": may(request.user, Act.DOWNLOAD_PACKAGE),
        **_jobs(jobs_to_show()),
    }
    return render(request, "evidence/packages.html", context, status=status)


def _jobs(shown: list[Any]) -> dict[str, Any]:
    return {"jobs": shown, "is_under_way": any(progress for _, progress in shown)}
