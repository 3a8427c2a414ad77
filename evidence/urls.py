from django.urls import path, register_converter

from evidence.views.converters import PackageConverter
from evidence.views.exceptions import answer, exceptions, exceptions_export
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
    path("exceptions/", exceptions, name="exceptions"),
    path("exceptions/answer/", answer, name="answer"),
    path("exceptions/export.csv", exceptions_export, name="exceptions_export"),
    path("reconciliation/", reconciliation, name="reconciliation"),
    path("reconciliation/export.csv", reconciliation_export, name="reconciliation_export"),
]
