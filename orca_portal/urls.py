"""The map of the site."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from orca_portal.health import healthz

urlpatterns = [
    path("", include("changes.urls")),
    path("", include("evidence.urls")),
    path("sign-in/", auth_views.LoginView.as_view(), name="sign-in"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("admin/", admin.site.urls),
    path("healthz/", healthz, name="healthz"),
]
