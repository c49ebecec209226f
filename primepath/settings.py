"""Django's settings. The environment decides what differs between a laptop and production; README.md lists it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from primepath.database import caches, database
from primepath.domain.academic_year import AcademicYears
from primepath.domain.visibility import Visibility
from primepath.environment import choice, flag, items, number, text

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(text("PRIMEPATH_VAR_DIR") or BASE_DIR / "var")


def _secret_key() -> str:
    """The configured key; without one, a random key that is made once and kept in a file only we can read."""
    if key := text("SECRET_KEY"):
        return key
    file = VAR_DIR / "secret-key"
    if not file.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        # Linked when it is complete: of several processes that begin at once, all read the key of the first.
        with NamedTemporaryFile("w", dir=VAR_DIR) as complete:
            complete.write(secrets.token_urlsafe(50))
            complete.flush()
            with suppress(FileExistsError):
                os.link(complete.name, file)
    return file.read_text()


DEBUG = flag("DEBUG")
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = items("CSRF_TRUSTED_ORIGINS")
# Behind a proxy that ends TLS: cookies only over HTTPS, and the proxy's word on the scheme is believed.
HTTPS = flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0

SCHOOL_NAME = text("SCHOOL_NAME", "PrimePath Academy")
TIME_ZONE = text("SCHOOL_TIME_ZONE", "Asia/Seoul")
ACADEMIC_YEARS = AcademicYears(
    first=number("FIRST_ACADEMIC_YEAR", 2020),
    last=number("LAST_ACADEMIC_YEAR", 2035),
)
# How much one request may ask for; see schema/limits. No page's document, nor an explorer's introspection, comes near.
DATA_UPLOAD_MAX_MEMORY_SIZE = number("MAX_BODY_BYTES", 1_048_576)
MAX_DOCUMENT_LENGTH = number("MAX_DOCUMENT_LENGTH", 20_000)
MAX_DOCUMENT_TOKENS = number("MAX_DOCUMENT_TOKENS", 2_000)
MAX_DOCUMENT_DIRECTIVES = number("MAX_DOCUMENT_DIRECTIVES", 50)
MAX_DOCUMENT_FIELDS = number("MAX_DOCUMENT_FIELDS", 500)
MAX_DOCUMENT_ALIASES = number("MAX_DOCUMENT_ALIASES", 100)
MAX_DOCUMENT_DEPTH = number("MAX_DOCUMENT_DEPTH", 20)
MAX_DOCUMENT_COMPARISONS = number("MAX_DOCUMENT_COMPARISONS", 5_000)
MAX_ROOT_FIELDS = number("MAX_ROOT_FIELDS", 20)
MAX_VARIABLE_VALUES = number("MAX_VARIABLE_VALUES", 20_000)
MAX_PAGE_SIZE = number("MAX_PAGE_SIZE", 100)
MAX_LIST_LENGTH = number("MAX_LIST_LENGTH", 1_000)
MAX_EXAMS_TIMES_CELLS = number("MAX_EXAMS_TIMES_CELLS", 10_000)
# Fields of all objects of an answer, which bounds what a request computes: the whole schedule of 600 classes, with its
# exams, has a third of this.
MAX_ANSWER_VALUES = number("MAX_ANSWER_VALUES", 500_000)
# Counted before they are read, so that one request cannot ask for more than a school has.
MAX_CELLS_PER_OPERATION = number("MAX_CELLS_PER_OPERATION", 20_000)
# An operation begins no batch after its time, and the last one ends soon after: before a gateway gives up on us. Completing
# what was read cannot be interrupted; see MAX_ANSWER_VALUES.
OPERATION_SECONDS = number("OPERATION_SECONDS", 10)
STATEMENT_SECONDS = number("STATEMENT_SECONDS", 5)
# Requests that a process works on at once. More wait: threads that fight for the interpreter make each other slower.
REQUEST_THREADS = number("REQUEST_THREADS", 32)
# What the schema holds is for those who use it: it shows everybody else where to begin.
_VISIBILITY = Visibility.EVERYONE if DEBUG else Visibility.SIGNED_IN
INTROSPECTION = choice("INTROSPECTION", _VISIBILITY)
FIELD_SUGGESTIONS = choice("FIELD_SUGGESTIONS", _VISIBILITY)
EXPLORER = choice("EXPLORER", _VISIBILITY)
CURRICULUM_CACHE_SECONDS = 300
# Off, graphql-core completes every field by itself: slower, and the same answers.
COMPILED_EXECUTION = flag("COMPILED_EXECUTION", default=True)
# See schema/http/persisted.py.
PERSISTED_QUERIES = flag("PERSISTED_QUERIES", default=True)
PERSISTED_QUERY_DAYS = number("PERSISTED_QUERY_DAYS", 7)
PERSISTED_QUERY_BYTES_PER_DAY = number("PERSISTED_QUERY_BYTES_PER_DAY", 4_000_000)
# In a quarter of an hour. A school's whole staff may share one address.
SIGN_IN_FAILURES_PER_ACCOUNT = number("SIGN_IN_FAILURES_PER_ACCOUNT", 10)
SIGN_IN_FAILURES_PER_ADDRESS = number("SIGN_IN_FAILURES_PER_ADDRESS", 100)
SYNC_TOKEN_DAYS = number("SYNC_TOKEN_DAYS", 30)
TOKEN_LIFETIME_DAYS = number("TOKEN_LIFETIME_DAYS", 90)

DATABASES = {
    "default": database(default_file=VAR_DIR / "primepath.sqlite3", wait_seconds=STATEMENT_SECONDS)
}
CACHES = caches()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "primepath",
    "primepath.pages",
    "primepath.apps.SchoolAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "primepath.server.request_id.name_requests",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# Pages of other origins may ask the API only where some are named, and only with bearer tokens: no cookie goes with them.
CORS_ALLOWED_ORIGINS = items("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/graphql\Z"
CORS_ALLOW_METHODS = ("GET", "POST")
CORS_ALLOW_HEADERS = ("Authorization", "Content-Type", "If-None-Match")
CORS_EXPOSE_HEADERS = ("ETag", "X-Request-ID")
if CORS_ALLOWED_ORIGINS:
    INSTALLED_APPS.append("corsheaders")
    # Before all that may answer by itself, so that what went wrong can be read too.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware"),
        "corsheaders.middleware.CorsMiddleware",
    )
AUTHENTICATION_BACKENDS = ["primepath.services.accounts.sign_in.TeacherBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ROOT_URLCONF = "primepath.urls"
ASGI_APPLICATION = "primepath.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "matrix"

LANGUAGE_CODE = "en"
USE_TZ = True
STATIC_URL = "/static/"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "primepath": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
