"""Settings of Graphcache, the normalised cache of urql."""

from __future__ import annotations

from schema.client_caches.objects import LISTS, has_id, identified_by_place, object_types

_HEAD = """\
import type { CacheExchangeOpts, Data, KeyGenerator } from '@urql/exchange-graphcache';

// Objects without an id belong to the object that contains them.
const embedded: KeyGenerator = () => null;

// Objects that belong to the object that contains them if a document does not select their id.
const byId: KeyGenerator = ({ id }) => (typeof id === 'string' ? id : null);

// Rows of a document that does not select their id.
const byIdOrClass: KeyGenerator = ({ id, academicYear, schoolClass }) => {
  const ofClass = (schoolClass as Data | undefined)?.id;
  return typeof id === 'string' ? id : ofClass && academicYear ? `${academicYear}/${ofClass}` : null;
};

export const cacheSettings: Partial<CacheExchangeOpts> = {
  keys: {
"""
_TAIL = """\
  },
};
"""


def graphcache_settings() -> str:
    """Return the TypeScript module with the settings."""
    generators = {each.name: "byId" for each in identified_by_place()}
    generators |= {each.name: "embedded" for each in object_types() if not has_id(each)}
    generators |= {each.item: "byIdOrClass" for each in LISTS}
    lines = "".join(f"    {name}: {generators[name]},\n" for name in sorted(generators))
    return _HEAD + lines + _TAIL
