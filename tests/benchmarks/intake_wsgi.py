"""The server of `bench_intake`, which names the settings in its environment."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "tests.benchmarks.intake_site"
application = get_wsgi_application()
