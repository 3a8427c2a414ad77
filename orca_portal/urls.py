"""The map of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from orca_portal import views
from orca_portal.health import healthz

urlpatterns = [
    path("", include("changes.urls")),
    path("", include("evidence.urls")),
    path("api/v1/", include("changes.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "api/docs/",
        login_not_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema")),
        name="api-docs",
    ),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path(
        "admin/login/",
        login_not_required(RedirectView.as_view(pattern_name="sign-in", query_string=True)),
    ),
    path("admin/", admin.site.urls),
    path("healthz/", healthz, name="healthz"),
]

handler400 = "orca_portal.views.bad_request"
handler403 = "orca_portal.views.permission_denied"
handler404 = "orca_portal.views.not_found"
handler500 = "orca_portal.views.server_error"
