"""Settings of the normalised caches of clients, derived from the schema. `docs/clients/` publishes them.

``SETTINGS`` has a function for each client, which returns a TypeScript module that exports ``cacheSettings``.
"""

from schema.client_caches.apollo import apollo_settings
from schema.client_caches.graphcache import graphcache_settings

SETTINGS = {"apollo": apollo_settings, "graphcache": graphcache_settings}

__all__ = ["SETTINGS"]
