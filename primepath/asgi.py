"""The application that an ASGI server runs: ``uvicorn primepath.asgi:application``."""

import os

import django
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from servestatic import ServeStaticASGI

from primepath.handler import OneThreadHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup(set_prefix=False)

# Static files are served where they lie, before Django is asked, so that nothing has to be collected and no
# other request pays for it.
application = ServeStaticASGI(OneThreadHandler(), allow_all_origins=False)
for _storage in AppDirectoriesFinder().storages.values():
    application.add_files(_storage.location, prefix=settings.STATIC_URL)
