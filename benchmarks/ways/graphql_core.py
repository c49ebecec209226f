"""Our schema, completed by graphql-core's own executor.

The way in and out is the product's own, view and sign-in included; only the setting is off and, for some ways, fields are
resolved in another manner. Both are switched for the time of one request, so these ways are never measured with several
clients at once.
"""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from graphql import GraphQLField, GraphQLObjectType

from schema.build import Schema, schema
from schema.http.view import GraphQLView


def copy_of_schema() -> Schema:
    """A copy of the product's schema, whose resolvers can be replaced."""
    return Schema(query=schema.query, mutation=schema.mutation, config=schema.config)


def object_type(copy: Schema, name: str) -> GraphQLObjectType:
    type_ = copy._schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def field(copy: Schema, type_name: str, name: str) -> GraphQLField:
    found: GraphQLField = object_type(copy, type_name).fields[name]
    return found


def graphql_core_view(copy: Schema) -> Callable[[HttpRequest], HttpResponseBase]:
    """A view that answers from ``copy`` with compiled execution off."""
    product = GraphQLView.as_view(schema=schema)

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponseBase:
        with (
            patch.object(settings, "COMPILED_EXECUTION", False),
            patch("schema.operation.execute.schema", copy),
        ):
            return product(request)

    return view
