"""The ASGI application: ``uvicorn primepath.asgi:application``."""

import gc
import os
from wsgiref.headers import Headers

import django
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.db.backends.signals import connection_created

from primepath.checks import require_valid_settings
from primepath.db.usage import count_statements_of
from primepath.server.handler import OneThreadHandler
from primepath.server.loaded_files import LoadedStaticFiles, load_pages
from primepath.server.monitoring.health import Health
from primepath.server.monitoring.metrics import MetricsEndpoint
from primepath.server.monitoring.request_log import RequestLog
from primepath.server.monitoring.tracing import Tracing
from primepath.server.processes.early_refusals import early_refusals
from primepath.server.proxies import ProxyHeaders, disable_proxy_headers_of_uvicorn
from primepath.server.root_path import RootPath
from primepath.server.timeouts import limit_statements, limit_waits
from primepath.services.passwords.hashing_thread import hashing_thread
from primepath.traffic import (
    answer_cache,
    is_api_request,
    kind_of_request,
    most_bytes,
    render_refusal,
    targets_of_request,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup(set_prefix=False)
require_valid_settings()

disable_proxy_headers_of_uvicorn()
connection_created.connect(limit_waits)
connection_created.connect(limit_statements)
connection_created.connect(count_statements_of)


def _add_static_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


# Static files are served from the source folders, before Django. So `collectstatic` is not needed, and other requests
# do not pay for it.
_static_files = LoadedStaticFiles(
    None, allow_all_origins=False, add_headers_function=_add_static_headers
)
for _storage in AppDirectoriesFinder().storages.values():
    _static_files.add_files(_storage.location, prefix=settings.STATIC_URL)

_handler = OneThreadHandler(
    kind_of_request, render_refusal, targets_of_request, answer_cache(), most_bytes
)
_pages = RequestLog(_handler, Tracing() if settings.TRACING else None)
application = ProxyHeaders(
    MetricsEndpoint(RootPath(Health(_pages), _static_files)), settings.TRUSTED_PROXIES
)
hashing_thread.queue = _handler.password_queue
early_refusals.begin(_handler, application, is_api_request)
load_pages()

# The objects created so far live as long as the process, so the garbage collector need not look at them. A large
# response creates many objects. With higher thresholds, the collector interrupts it less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
