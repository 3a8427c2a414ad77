from django.urls import path, register_converter

from evidence.views.converters import PackageConverter
from evidence.views.erasures import erase, erasures
from evidence.views.exceptions import answer, exceptions, exceptions_export
from evidence.views.ledger import change_proof, checkpoint_note, ledger, log_key
from evidence.views.packages import compile_package, download, jobs, package, packages
from evidence.views.reconciliation import reconciliation, reconciliation_export

register_converter(PackageConverter, "package")

app_name = "evidence"
urlpatterns = [
    path("packages/", packages, name="packages"),
    path("packages/compile/", compile_package, name="compile"),
    path("packages/jobs/", jobs, name="jobs"),
    path("packages/<package:key>/", package, name="package"),
    path("packages/<package:key>/download/", download, name="download"),
    path("ledger/", ledger, name="ledger"),
    path("ledger/checkpoint.note", checkpoint_note, name="checkpoint_note"),
    path("ledger/log.key", log_key, name="log_key"),
    path("ledger/erasures/", erasures, name="erasures"),
    path("ledger/erasures/<int:number>/", erase, name="erase"),
    path("ledger/proofs/<change:key>.tlog-proof", change_proof, name="change_proof"),
    path("exceptions/", exceptions, name="exceptions"),
    path("exceptions/answer/", answer, name="answer"),
    path("exceptions/export.csv", exceptions_export, name="exceptions_export"),
    path("reconciliation/", reconciliation, name="reconciliation"),
    path("reconciliation/export.csv", reconciliation_export, name="reconciliation_export"),
]
