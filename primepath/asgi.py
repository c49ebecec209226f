"""The application that an ASGI server runs: ``uvicorn primepath.asgi:application``."""

import os

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")

# Static files are served where they lie, before Django is asked, so that nothing has to be collected and no
# other request pays for it.
application = ServeStaticASGI(get_asgi_application(), allow_all_origins=False)
for _storage in AppDirectoriesFinder().storages.values():
    application.add_files(_storage.location, prefix=settings.STATIC_URL)
