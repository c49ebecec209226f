"""The application that an ASGI server runs: ``uvicorn primepath.asgi:application``."""

import gc
import os

import django
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.db.backends.signals import connection_created
from servestatic import ServeStaticASGI

from primepath.server.handler import OneThreadHandler
from primepath.server.timeouts import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup(set_prefix=False)

connection_created.connect(limit_statements)

# Static files are served where they lie, before Django is asked, so that nothing has to be collected and no
# other request pays for it.
application = ServeStaticASGI(OneThreadHandler(), allow_all_origins=False)
for _storage in AppDirectoriesFinder().storages.values():
    application.add_files(_storage.location, prefix=settings.STATIC_URL)

# What is here now stays as long as the process. Without it, and with fewer collections, a large answer is not
# interrupted again and again to look for garbage among the objects it is made of.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
