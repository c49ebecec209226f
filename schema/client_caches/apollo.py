"""Settings of Apollo Client's `InMemoryCache`."""

from __future__ import annotations

from collections.abc import Iterator

from schema.client_caches.objects import (
    LISTS,
    identified_by_place,
    object_types,
    paginated_fields,
    query_type,
)

_HEAD = """\
import type { FieldPolicy, InMemoryCacheConfig, Reference, StoreObject } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

type Stored = Reference | StoreObject;

// Joins what two documents have read about the objects of a list that have the same object in the field `key`.
const joinBy = (key: string): FieldPolicy<readonly Stored[]> => ({
  merge(known = [], incoming, { readField, mergeObjects }) {
    const keyOf = (each: Stored) => readField<Reference>(key, each)?.__ref;
    const byKey = new Map(known.map((each) => [keyOf(each), each]));
    return incoming.map((each) => {
      const same = keyOf(each) && byKey.get(keyOf(each));
      return same ? mergeObjects(same, each) : each;
    });
  },
});

export const cacheSettings: InMemoryCacheConfig = {
  typePolicies: {
"""
_TAIL = """\
  },
};
"""


def apollo_settings() -> str:
    """Return the TypeScript module with the settings.

    Objects that their place identifies are merged, so no document loses what another has read, even without ids. Nodes with
    pages must be read with their id, because pages of different objects cannot be joined.
    """
    policies = dict(_policies())
    return _HEAD + "".join(policies[name] for name in sorted(policies)) + _TAIL


def _policies() -> Iterator[tuple[str, str]]:
    merged = identified_by_place()
    for type_ in [query_type(), *object_types()]:
        options = []
        pages = paginated_fields(type_)
        fields = [f"{name}: {_pagination(arguments)}" for name, arguments in pages.items()]
        fields += [
            f"{each.field}: joinBy('{each.key}')" for each in LISTS if each.parent == type_.name
        ]
        if type_ in merged:
            options.append("merge: true")
        elif pages and type_ is not query_type():
            options.append("keyFields: ['id']")
        if fields:
            inner = "".join(f"        {each},\n" for each in fields)
            options.append(f"fields: {{\n{inner}      }}")
        if len(options) == 1 and not fields:
            yield type_.name, f"    {type_.name}: {{ {options[0]} }},\n"
        elif options:
            yield (
                type_.name,
                f"    {type_.name}: {{\n"
                + "".join(f"      {each},\n" for each in options)
                + "    },\n",
            )


def _pagination(arguments: list[str]) -> str:
    keys = ", ".join(f"'{each}'" for each in arguments)
    return f"relayStylePagination([{keys}])" if keys else "relayStylePagination()"
