"""Settings: one file, in sections. Values come from the environment, with defaults
that suit a first try on one machine; `checks.py` refuses what production may not have.
"""

import hashlib

from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from changes import vocabulary
from orca_portal.environment import (
    BASE_DIR,
    VAR_DIR,
    database,
    env,
    kept_secret,
    secret,
    secrets,
    time_zone,
    whole_number,
)

# What this installation is

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY") or kept_secret("secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000")
REPORTING_TIME_ZONE = time_zone("ORCA_REPORTING_TIME_ZONE", default="UTC")
SIMULATED_CLOCK_ALLOWED = env.bool("ORCA_SIMULATED_CLOCK", default=False)

# Applications

INSTALLED_APPS = [
    "orca_portal.apps.PortalAdminConfig",
    "changes",  # before auth, whose createsuperuser it completes with an event
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "lucide",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "evidence",
    "orca_portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orca_portal.middleware.viewer_time_zone",
]

ROOT_URLCONF = "orca_portal.urls"
WSGI_APPLICATION = "orca_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "orca_portal.context_processors.portal",
            ],
            "builtins": ["orca_portal.templatetags.ui", "lucide.templatetags.lucide"],
        },
    },
]
FORM_RENDERER = "orca_portal.forms.PortalRenderer"

# Database: SQLite for one machine, PostgreSQL for production

DATABASES = {"default": database(default=f"sqlite:///{VAR_DIR / 'orca.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer takes its lock when it begins, so two writers wait and none deadlocks.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Two portals may share one `var/`: what belongs to one database carries this mark.
DATABASE_MARK = hashlib.sha256(
    "|".join(str(DATABASES["default"].get(k, "")) for k in ("HOST", "PORT", "NAME")).encode()
).hexdigest()[:10]

# People and sessions

AUTH_USER_MODEL = "changes.Person"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "changes:home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = f"orca_{DATABASE_MARK}"

# Security headers: everything from this host, nothing inline

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
IS_HTTPS = PORTAL_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "orca_portal.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Times are stored in UTC and shown in the viewer's zone

LANGUAGE_CODE, USE_I18N = "en", False
TIME_ZONE, USE_TZ = "UTC", True

# Files

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
PACKAGES_DIR = VAR_DIR / "packages" / DATABASE_MARK
DOSSIERS_DIR = VAR_DIR / "dossiers"
CHECKPOINTS_DIR = VAR_DIR / "checkpoints" / DATABASE_MARK
# The log's private keys and the signer's memory: keep a copy apart from the database.
LOG_KEYS_DIR = VAR_DIR / "secrets" / f"log-{DATABASE_MARK}"
# An authority that time-stamps checkpoints (RFC 3161), and the certificates that verify it.
TIME_STAMP_URL = env.str("ORCA_TIME_STAMP_URL", default="")
TIME_STAMP_CA = env.str("ORCA_TIME_STAMP_CA", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "orca_portal.static_files.PortalStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Maps are for who debugs a library: squeezing them took longer than everything else.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# Background work: Redis where there is one, else a broker of files under `var/`

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "files://localhost"
CELERY_TASK_DEFAULT_QUEUE = f"orca-{DATABASE_MARK}"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
BROKER_DIR = VAR_DIR / "broker"
# A host waits ten seconds for the answer to its webhook: a broker that is gone is given up at once.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "socket_connect_timeout": 2,
}
if not REDIS_URL:
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
# A job or a part without a sign of life for this long is taken up again.
JOB_STUCK_SECONDS = whole_number("ORCA_JOB_STUCK_SECONDS", default=60)

# Webhooks: secrets separated by commas, so that two are good while one replaces the other

GITHUB_WEBHOOK_SECRETS = secrets("GITHUB_WEBHOOK_SECRETS")
GITLAB_WEBHOOK_TOKENS = secrets("GITLAB_WEBHOOK_TOKENS")
VERCEL_WEBHOOK_SECRETS = secrets("VERCEL_WEBHOOK_SECRETS")
ALERTMANAGER_TOKENS = secrets("ALERTMANAGER_TOKENS")
# GitHub sends at most 25 MB.
WEBHOOK_MAXIMUM_BYTES = whole_number("ORCA_WEBHOOK_MAXIMUM_BYTES", default=25 * 1024 * 1024)

# What the portal tells git hosts and asks them: nothing without a token

GITHUB_TOKEN, GITLAB_TOKEN = secret("GITHUB_TOKEN"), secret("GITLAB_TOKEN")
GITHUB_HOST = env.str("GITHUB_HOST", default="github.com")
GITLAB_HOST = env.str("GITLAB_HOST", default="gitlab.com")
GITHUB_API_URL = env.str("GITHUB_API_URL", default="https://api.github.com")
GITLAB_API_URL = env.str("GITLAB_API_URL", default="https://gitlab.com/api/v4")
# A folder of clones (`orca/portal.git`) that somebody keeps up to date; asked before the host.
GIT_CLONES_DIR = env.str("ORCA_GIT_CLONES", default="")
ROLLBACK_EXECUTOR_URL = env.str("ROLLBACK_EXECUTOR_URL", default="")
ROLLBACK_EXECUTOR_SECRET = secret("ROLLBACK_EXECUTOR_SECRET")

# Monitoring that is asked for samples of running rollouts: docs/integrate.md

PROMETHEUS_URL, PROMETHEUS_TOKEN = env.str("ORCA_PROMETHEUS_URL", ""), secret("PROMETHEUS_TOKEN")
PROMETHEUS_QUERIES = {
    name: env.str(f"ORCA_PROMETHEUS_{name.upper()}", default="")
    for name in ("error_rate", "latency", "health")
}

# Interfaces for machines

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "changes.api.documentation.ApiSchema",
    "EXCEPTION_HANDLER": "changes.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# For each token or person, as Django REST framework writes rates.
API_RATE = env.str("ORCA_API_RATE", default="1200/min")
EVIDENCE_MAXIMUM = 256 * 1024 * 1024
# Fields of different words have the same name, or the same words other names.
NAMED_ALIKE = (
    *(vocabulary.ApprovalRole, vocabulary.DeploymentOutcome, vocabulary.DocumentKind),
    *(vocabulary.PipelineStage, vocabulary.RolloutStageName, vocabulary.RunOutcome),
    vocabulary.VerificationKind,
)
SPECTACULAR_SETTINGS = {
    "TITLE": "ORCA change-evidence portal",
    "DESCRIPTION": "What engineers do in the portal and what machines report to it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {enum.__name__: list(enum) for enum in NAMED_ALIKE},
    "POSTPROCESSING_HOOKS": [
        "changes.api.documentation.by_words",
        "drf_spectacular.hooks.postprocess_schema_enums",
        "changes.api.documentation.with_problems",
        "changes.api.links.with_links",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "tryItOutEnabled": False},
}

# Messages: e-mail by EMAIL_URL (smtp+tls://user:word@host:587), one signed webhook for chats
NOTIFY_BY_EMAIL = bool(EMAIL_URL := secret("EMAIL_URL"))
vars().update(env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
NOTIFY_WEBHOOK_URL = secret("NOTIFY_WEBHOOK_URL")
NOTIFY_WEBHOOK_SECRET = secret("NOTIFY_WEBHOOK_SECRET") or kept_secret("notify_webhook")

# Logs: one line an event, to standard error
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"weasyprint": {"level": "ERROR"}, "fontTools": {"level": "ERROR"}},
}
