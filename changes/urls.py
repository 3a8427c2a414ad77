from django.urls import path

from changes.views.home import home

app_name = "changes"
urlpatterns = [path("", home, name="home")]
