"""Introspection by a client."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from gql import Client, GraphQLRequest
from gql.transport.requests import RequestsHTTPTransport
from graphql import (
    IntrospectionQuery,
    build_client_schema,
    build_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
)

import schema as schema_package
from tests.server import Server

pytestmark = pytest.mark.one_database

# Everything that introspection can return.
QUERY = get_introspection_query(specified_by_url=True, input_value_deprecation=True, one_of=True)


def test_introspected_schema_equals_the_committed_one(demo_server: Server) -> None:
    transport = RequestsHTTPTransport(
        url=f"{demo_server.address}/graphql",
        headers={"Authorization": f"Bearer {demo_server.token}"},
    )
    with Client(transport=transport) as client:
        fetched = build_client_schema(
            cast(IntrospectionQuery, client.execute(GraphQLRequest(QUERY)))
        )
    committed = Path(schema_package.__file__ or "").with_name("schema.graphql").read_text("utf-8")
    assert print_schema(lexicographic_sort_schema(fetched)) == print_schema(
        lexicographic_sort_schema(build_schema(committed))
    )
