"""Django's settings, made from the environment. Importing them makes no file and needs no variable."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from tieout.config import environment, home
from tieout.config.database import database

TIEOUT_HOME = home.folder()
DATABASES: dict[str, Any] = {"default": database(TIEOUT_HOME)}
SECRET_KEY = home.secret_key(TIEOUT_HOME)
DEBUG = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: Where people reach the web admin; it decides the host names that are answered and whether cookies need TLS.
TIEOUT_LISTEN = environment.host_and_port("TIEOUT_LISTEN", "127.0.0.1:8000", example="127.0.0.1:8000")
TIEOUT_BASE_URL = environment.address("TIEOUT_BASE_URL", "", example="https://tieout.example.com")
#: Front servers whose word counts about a client's address and about TLS.
TIEOUT_TRUSTED_PROXIES = environment.networks(
    "TIEOUT_TRUSTED_PROXIES", "127.0.0.1,::1", example="127.0.0.1,10.0.0.0/24"
)
#: Stores and Xero at private addresses (a shop in the same network, the simulators) are refused unless allowed.
TIEOUT_ALLOW_PRIVATE = environment.switch("TIEOUT_ALLOW_PRIVATE", False)
#: Where "View in Xero" leads: Xero's own window, or that of the simulator that stands for Xero.
TIEOUT_XERO_WINDOW = environment.address(
    "TIEOUT_XERO_WINDOW",
    environment.address("TIEOUT_XERO_URL", "https://go.xero.com", example="http://127.0.0.1:8100"),
    example="http://127.0.0.1:8100",
)

_secure = TIEOUT_BASE_URL.startswith("https://")
_public_host = TIEOUT_BASE_URL.partition("://")[2].partition("/")[0]
ALLOWED_HOSTS = [
    *environment.words("TIEOUT_ALLOWED_HOSTS", (), example="tieout.example.com,10.0.0.5"),
    *filter(None, [_public_host.rpartition(":")[0] or _public_host]),
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [TIEOUT_BASE_URL] if TIEOUT_BASE_URL else []

_web = find_spec("tieout.web.apps") is not None and find_spec("tieout.web.urls") is not None
INSTALLED_APPS = [
    *(["tieout.web.apps.WebConfig"] if _web else []),
    "tieout.records.apps.RecordsConfig",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "js_lib_bootstrap5",
]
# On SQLite procrastinate's migrations fail, and there is nobody to ring a bell for.
_postgresql = DATABASES["default"]["ENGINE"].endswith("postgresql")
if _postgresql:
    INSTALLED_APPS.append("procrastinate.contrib.django")
#: Workers hear of new work at once; without the bell they find it at their next sweep.
TIEOUT_BELL = _postgresql and environment.switch("TIEOUT_BELL", True)

MIDDLEWARE = [
    # First: whatever follows asks where a request came from.
    *(["tieout.web.proxies.TrustedProxies"] if _web else []),
    "django.middleware.security.SecurityMiddleware",
    # Around the static files too: packed they are a sixth.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    *(["tieout.web.middleware.PreferencesMiddleware"] if _web else []),
    # Last, as its documentation asks: it answers for a login that was locked out.
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tieout.web.urls" if _web else "django.contrib.auth.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *(["tieout.web.context.page"] if _web else []),
            ],
            "builtins": [
                "django.templatetags.i18n",
                *(["tieout.web.templatetags.tieout"] if _web else []),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

# Login
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "web/locked_out.html"

# Cookies and headers
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _secure
CSRF_FAILURE_VIEW = "tieout.web.views.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _secure else 0
# A front server that ends TLS says so in this header; `proxies` takes it away from all others.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # Bootstrap draws its arrows from data: addresses.
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# Static files: served by the web process itself, from the packages, no build step.
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tieout.web.static_files.ContentVersions"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Their addresses change with their content.
WHITENOISE_MAX_AGE = 365 * 24 * 60 * 60

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Mail: a file in the data folder until a server is named.
EMAIL_HOST = environment.text("TIEOUT_SMTP_HOST", "", example="smtp.example.com")
EMAIL_PORT = environment.whole_number("TIEOUT_SMTP_PORT", 587, at_least=1, at_most=65535, example="587")
EMAIL_HOST_USER = environment.text("TIEOUT_SMTP_USER", "", example="tieout")
EMAIL_HOST_PASSWORD = environment.text("TIEOUT_SMTP_PASSWORD", "", example="a secret")
EMAIL_USE_TLS = environment.switch("TIEOUT_SMTP_TLS", True)
EMAIL_FILE_PATH = str(TIEOUT_HOME / "mail")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
#: Who gets the digest and the alerts; without it the users who can act, by their own addresses.
TIEOUT_DIGEST_TO = environment.words("TIEOUT_DIGEST_TO", (), example="books@example.com,owner@example.com")
DEFAULT_FROM_EMAIL = environment.text("TIEOUT_MAIL_FROM", "tieout@localhost", example="books@example.com")

#: A watcher with this token may read /metrics without logging in.
TIEOUT_METRICS_TOKEN = environment.text("TIEOUT_METRICS_TOKEN", "", example="a long random text")

LOGGING_CONFIG = None
