"""Django's settings. Environment variables set what differs between a laptop and production; docs/production/settings.md lists them."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from primepath import setting_formats as formats
from primepath.database import caches, databases
from primepath.domain.academic_year import AcademicYears
from primepath.domain.language import Language
from primepath.domain.visibility import Visibility
from primepath.environment import env
from primepath.server.cors import CLIENT_HEADERS
from primepath.server.monitoring.log_format import LogFormat
from primepath.server.monitoring.tracing import TracesExporter

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("PRIMEPATH_VAR_DIR") or BASE_DIR / "var")


def _secret_key() -> str:
    """Return the configured key. Without one, create a random key once and keep it in a file with mode 0600."""
    if key := env.text("SECRET_KEY", "", formats.SECRET_KEY, secret=True):
        return key
    if env.is_set("SECRET_KEY"):
        # Nothing starts with an invalid key.
        return secrets.token_urlsafe(50)
    file = VAR_DIR / "secret-key"
    try:
        return _stored_key(file)
    except OSError as error:
        env.refuse("SECRET_KEY", f"is not set, and {file} cannot be used instead: {error}.")
        return secrets.token_urlsafe(50)


def _stored_key(file: Path) -> str:
    if not file.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        # The complete file is linked, so several processes that start together all read the key of the first one.
        with NamedTemporaryFile("w", dir=VAR_DIR) as complete:
            complete.write(secrets.token_urlsafe(50))
            complete.flush()
            with suppress(FileExistsError):
                os.link(complete.name, file)
    key = file.read_text()
    if not formats.SECRET_KEY.accepts(key):
        env.refuse("SECRET_KEY", f"is not set, and the key in {file} is damaged. Delete this file.")
        return secrets.token_urlsafe(50)
    return key


DEBUG = env.flag("DEBUG")
SECRET_KEY = _secret_key()
# Earlier keys: what they signed stays valid, and nothing new is signed with them.
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS", "", formats.OLD_SECRET_KEY, secret=True)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", formats.HOST)
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", "", formats.TRUSTED_ORIGIN)
# Behind a proxy that terminates TLS: send cookies over HTTPS only, and redirect requests that come over HTTP.
HTTPS = env.flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# See primepath/server/proxies.py. Django itself would believe these headers whoever sends them.
SECURE_PROXY_SSL_HEADER = None
TRUSTED_PROXIES = env.items(
    "TRUSTED_PROXIES", f"127.0.0.1,::1,{formats.UNIX_SOCKET}", formats.PROXY
)
# Who can read metrics and the details of /readyz; see primepath/server/monitoring/access.py.
MONITORING_NETWORKS = env.items(
    "MONITORING_NETWORKS", f"127.0.0.1,::1,{formats.UNIX_SOCKET}", formats.PROXY
)
MONITORING_TOKEN = env.text("MONITORING_TOKEN", "", formats.TOKEN, secret=True)
# The path under which a proxy serves PrimePath. uvicorn's --root-path does the same.
FORCE_SCRIPT_NAME = env.text("FORCE_SCRIPT_NAME", "", formats.URL_PATH) or None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0

SCHOOL_NAME = env.text("SCHOOL_NAME", "PrimePath Academy", formats.NAME)
TIME_ZONE = env.text("SCHOOL_TIME_ZONE", "Asia/Seoul", formats.TIME_ZONE)
# In the ids of calendar events, which never change.
CALENDAR_HOST = env.text("CALENDAR_HOST", "", formats.ONE_HOST) or next(
    (host.lstrip(".") for host in ALLOWED_HOSTS if host != "*"), "primepath"
)
SCHOOL_COUNTRY = env.text("SCHOOL_COUNTRY", "KR", formats.COUNTRY)
ACADEMIC_YEARS = AcademicYears(
    first=env.number("FIRST_ACADEMIC_YEAR", 2020, least=1000, most=9999),
    last=env.number("LAST_ACADEMIC_YEAR", 2035, least=1000, most=9999),
)
# Limits of one request; see schema/limits. The documents of the pages and the explorer's introspection are far below them.
DATA_UPLOAD_MAX_MEMORY_SIZE = env.number("MAX_BODY_BYTES", 1_048_576)
MAX_DOCUMENT_LENGTH = env.number("MAX_DOCUMENT_LENGTH", 20_000)
MAX_DOCUMENT_TOKENS = env.number("MAX_DOCUMENT_TOKENS", 2_000)
MAX_DOCUMENT_DIRECTIVES = env.number("MAX_DOCUMENT_DIRECTIVES", 50, least=0)
MAX_DOCUMENT_FIELDS = env.number("MAX_DOCUMENT_FIELDS", 500)
MAX_DOCUMENT_ALIASES = env.number("MAX_DOCUMENT_ALIASES", 100, least=0)
MAX_DOCUMENT_DEPTH = env.number("MAX_DOCUMENT_DEPTH", 20, most=100)
MAX_DOCUMENT_COMPARISONS = env.number("MAX_DOCUMENT_COMPARISONS", 5_000)
MAX_ROOT_FIELDS = env.number("MAX_ROOT_FIELDS", 20)
MAX_VARIABLE_VALUES = env.number("MAX_VARIABLE_VALUES", 20_000, least=0)
MAX_PAGE_SIZE = env.number("MAX_PAGE_SIZE", 100)
MAX_LIST_LENGTH = env.number("MAX_LIST_LENGTH", 1_000)
MAX_EXAMS_TIMES_CELLS = env.number("MAX_EXAMS_TIMES_CELLS", 10_000)
# Number of field values in a response. This bounds the work of a request. The whole schedule of 600 classes with
# its exams has a third of this number.
MAX_ANSWER_VALUES = env.number("MAX_ANSWER_VALUES", 500_000)
# Cells are counted before they are read, so one request cannot read more than a school has.
MAX_CELLS_PER_OPERATION = env.number("MAX_CELLS_PER_OPERATION", 20_000)
# An operation starts no batch after this time, and the last batch ends soon after: before a gateway's timeout.
# Building the response from loaded data cannot be interrupted; see MAX_ANSWER_VALUES.
OPERATION_SECONDS = env.number("OPERATION_SECONDS", 10, most=3_600)
# From the commit of a mutation on, even if the operation's own time is over: the change is saved, so its answer is worth more.
PAYLOAD_SECONDS = env.number("PAYLOAD_SECONDS", 5, most=3_600)
STATEMENT_SECONDS = env.number("STATEMENT_SECONDS", 5, most=3_600)
# Limits of a connection, with `manage.py serve`; see primepath/server/processes/protocol.py. nginx accepts heads of 32 KB too.
MAX_HEADER_BYTES = env.number("MAX_HEADER_BYTES", 32_768, least=1_024)
HEADER_SECONDS = env.number("HEADER_SECONDS", 10, most=3_600)
BODY_SECONDS = env.number("BODY_SECONDS", 30, most=3_600)
# nginx keeps idle connections for 60 seconds by default, and waits as long for a response.
PROXY_SECONDS = env.number("PROXY_SECONDS", 60, most=7_200)
KEEP_ALIVE_SECONDS = env.number("KEEP_ALIVE_SECONDS", 75, most=10_800)
# Requests that a process handles at the same time; see primepath/server/admission. More threads compete for the interpreter
# and slow each other down. On PostgreSQL, each needs a connection of the pool.
REQUEST_THREADS = env.number("REQUEST_THREADS", 4, most=1_000)
# Requests of one user or address that a process handles at the same time.
REQUESTS_PER_CALLER = env.number("REQUESTS_PER_CALLER", 4, most=1_000)
# Only signed-in users need the schema. To anyone else it shows where to start an attack.
_VISIBILITY = Visibility.EVERYONE if DEBUG else Visibility.SIGNED_IN
INTROSPECTION = env.choice("INTROSPECTION", _VISIBILITY)
FIELD_SUGGESTIONS = env.choice("FIELD_SUGGESTIONS", _VISIBILITY)
EXPLORER = env.choice("EXPLORER", _VISIBILITY)
CURRICULUM_CACHE_SECONDS = 300
# If off, graphql-core completes every field: slower, with the same responses.
COMPILED_EXECUTION = env.flag("COMPILED_EXECUTION", default=True)
# If off, each statement is sent when it is needed: slower, with the same responses. See primepath/db/read_ahead.py.
READ_AHEAD = env.flag("READ_AHEAD", default=True)
# Streams of live updates: of one user, and of a process. See primepath/feed.
STREAMS_PER_USER = env.number("STREAMS_PER_USER", 20)
STREAMS = env.number("STREAMS", 5_000)
# A direct connection to the primary, for PostgreSQL's LISTEN. A pooler of transactions does not pass notifications on.
DATABASE_LISTEN_URL = env.text("DATABASE_LISTEN_URL", "", formats.LISTEN_URL, secret=True)
# Memory of a process for answers that are sent again while the database is unchanged; see schema/http/answer_cache. 0: none.
ANSWER_CACHE_BYTES = env.number("ANSWER_CACHE_BYTES", 33_554_432, least=0)
# See schema/http/persisted.py.
PERSISTED_QUERIES = env.flag("PERSISTED_QUERIES", default=True)
PERSISTED_QUERY_DAYS = env.number("PERSISTED_QUERY_DAYS", 7, most=3_650)
PERSISTED_QUERY_BYTES_PER_DAY = env.number("PERSISTED_QUERY_BYTES_PER_DAY", 4_000_000, least=0)
# If on, only registered documents run; see schema/http/documents.py.
TRUSTED_DOCUMENTS_ONLY = env.flag("TRUSTED_DOCUMENTS_ONLY")
# Failed attempts within 15 minutes. All staff of a school can share one IP address.
SIGN_IN_FAILURES_PER_ACCOUNT = env.number("SIGN_IN_FAILURES_PER_ACCOUNT", 10)
SIGN_IN_FAILURES_PER_ADDRESS = env.number("SIGN_IN_FAILURES_PER_ADDRESS", 100)
SYNC_TOKEN_DAYS = env.number("SYNC_TOKEN_DAYS", 30, most=3_650)
TOKEN_LIFETIME_DAYS = env.number("TOKEN_LIFETIME_DAYS", 90, most=3_650)

DATABASES = databases(
    env, default_file=VAR_DIR / "primepath.sqlite3", wait_seconds=STATEMENT_SECONDS
)
# A replica that is further behind is not read.
DATABASE_REPLICA_MAX_LAG = env.number("DATABASE_REPLICA_MAX_LAG", 10, most=3_600)
DATABASE_ROUTERS = ["primepath.db.reading.ReadingRouter"] if len(DATABASES) > 1 else []
CACHES = caches(env)
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
    "primepath.server.monitoring.request_id.name_requests",
    "primepath.server.content_security.protect_pages",
    "primepath.server.language.choose_language",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "primepath.pages.overloaded.OverloadedPage",
]
# Pages of other origins can call the API only if they are listed here, and only with a bearer token. Browsers send no
# cookies with these requests.
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS", "", formats.ORIGIN)
CORS_URLS_REGEX = r"^/graphql\Z"
CORS_ALLOW_METHODS = ("GET", "POST")
CORS_ALLOW_HEADERS = (*CLIENT_HEADERS, *env.items("CORS_ALLOWED_HEADERS", "", formats.HEADER_NAME))
CORS_EXPOSE_HEADERS = ("ETag", "Retry-After", "traceparent", "WWW-Authenticate", "X-Request-ID")
if CORS_ALLOWED_ORIGINS:
    INSTALLED_APPS.append("corsheaders")
    # Before every middleware that can return a response itself, so that pages can read error responses too.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware"),
        "corsheaders.middleware.CorsMiddleware",
    )
AUTHENTICATION_BACKENDS = ["primepath.services.accounts.sign_in.TeacherBackend"]
# The first one hashes new passwords, with 19 MiB of memory and at most 0.1 s on one processor. A process computes one hash at a
# time. The others are for imported hashes, which are replaced at the next sign-in.
PASSWORD_HASHERS = [
    f"primepath.services.passwords.hashers.{name}"
    for name in ("Argon2Hasher", "PBKDF2Hasher", "PBKDF2SHA1Hasher", "ScryptHasher")
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "primepath.pages.errors.csrf_failed"
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
                "primepath.pages.language.other_languages",
            ],
        },
    },
]

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "matrix"

# The language of the school: of requests that ask for no other one. See primepath/server/language.py.
_SCHOOL_LANGUAGE = env.choice("SCHOOL_LANGUAGE", Language.EN)
LANGUAGE_CODE = _SCHOOL_LANGUAGE.value
LANGUAGES = [
    (language.value, language.own_name)
    for language in sorted(Language, key=lambda each: each is not _SCHOOL_LANGUAGE)
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "primepath.formats"
LANGUAGE_COOKIE_NAME = "primepath_language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
USE_TZ = True
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "primepath.server.root_path.StaticFiles"},
}

# Variables of OpenTelemetry; see primepath/server/monitoring/tracing.py. Its SDK reads these and further ones itself.
_TRACE_ADDRESSES = (
    env.text("OTEL_EXPORTER_OTLP_ENDPOINT", "", formats.HTTP_ADDRESS),
    env.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", formats.HTTP_ADDRESS),
)
_TRACES_EXPORTER = env.choice("OTEL_TRACES_EXPORTER", TracesExporter.OTLP)
_SDK_DISABLED = env.flag("OTEL_SDK_DISABLED")
TRACING = any(_TRACE_ADDRESSES) and _TRACES_EXPORTER is TracesExporter.OTLP and not _SDK_DISABLED

LOG_FORMAT = env.choice("LOG_FORMAT", LogFormat.AUTO)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"failures": {"()": "primepath.server.database_failures.HideFailures"}},
    "formatters": {"line": {"()": LOG_FORMAT.formatter}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "loggers": {
        "primepath": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # primepath.requests has a line for each request, with the status. An unknown host is in it too.
        "django.request": {"level": "ERROR", "filters": ["failures"]},
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        # Its lines would repeat primepath.requests, with query strings.
        "uvicorn.access": {"handlers": [], "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "propagate": False},
        # Named, because `dictConfig` would otherwise reset the level of uvicorn's --log-level.
        "uvicorn.error": {},
    },
    # All others, such as asyncio.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
