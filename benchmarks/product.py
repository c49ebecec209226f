"""All that the benchmarks use of the product's internals.

The other modules of `benchmarks` import internals from here only, and an import contract checks it. If the product
moves or renames something, this file is the one to change. Import it after ``django.setup()``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from loaders.cells import Cell, CellRequest
from loaders.exams import ExamRow
from loaders.generic import BatchLoader
from loaders.registry import Loaders
from primepath.domain.cell import CELL_APPEARANCE, CellKey, CellStatus
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD, ExamType
from primepath.domain.period import MONTHS, PERIODS, Period, select_periods
from primepath.domain.school_class import EDITING_LEVELS, AccessLevel, Division, school_order
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    MatrixCellExam,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from primepath.models.school_class import SchoolClassQuerySet
from primepath.services.accounts.tokens import create_token
from schema.build import Schema, schema
from schema.execution.batch import BatchContext, batch_function
from schema.execution.executor import CompiledExecutor
from schema.http.authentication import identify
from schema.http.view import GraphQLView
from schema.operation import execute
from schema.types.schedule_matrix import Row

__all__ = [
    "CELL_APPEARANCE",
    "COMPILED_EXECUTOR_METHOD",
    "EDITING_LEVELS",
    "EXAM_TYPE_OF_PERIOD",
    "LOAD_METHOD",
    "MONTHS",
    "PERIODS",
    "AccessLevel",
    "Cell",
    "CellKey",
    "CellRequest",
    "CellStatus",
    "ClassCurriculumMapping",
    "CurriculumLevel",
    "Division",
    "Exam",
    "ExamRow",
    "ExamScheduleMatrix",
    "ExamType",
    "MatrixCellExam",
    "Period",
    "Program",
    "Row",
    "Schema",
    "SchoolClass",
    "SchoolClassQuerySet",
    "SubProgram",
    "Teacher",
    "TeacherClassAssignment",
    "Viewer",
    "attribute_of",
    "compute_batch",
    "copy_of_schema",
    "create_token",
    "field",
    "graphql_view",
    "is_batched",
    "load_cells",
    "load_exam_ids",
    "load_exams",
    "object_type",
    "schema",
    "school_order",
    "select_periods",
    "uses_schema",
    "viewer_of",
]

LOAD_METHOD = (BatchLoader, "load")
"""Class and name of the method that loads one key."""
COMPILED_EXECUTOR_METHOD = (CompiledExecutor, "__init__")
"""Class and name of the method that every compiled execution calls."""


def viewer_of(request: HttpRequest) -> Viewer:
    """Authenticate the request as the API does. Raises the API's errors."""
    viewer = identify(request).viewer
    assert viewer is not None
    return viewer


def copy_of_schema() -> Schema:
    """Return a copy of the schema. Its resolvers can be replaced."""
    return Schema(query=schema.query, mutation=schema.mutation, config=schema.config)


def object_type(copy: Schema, name: str) -> GraphQLObjectType:
    """Return graphql-core's object type with this name."""
    type_ = copy._schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def field(copy: Schema, type_name: str, name: str) -> GraphQLField:
    """Return graphql-core's field with this name."""
    found: GraphQLField = object_type(copy, type_name).fields[name]
    return found


def graphql_view() -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the API's own view."""
    return GraphQLView.as_view(schema=schema)


@contextmanager
def uses_schema(copy: Schema) -> Iterator[None]:
    """Execute with ``copy`` and with compiled execution off.

    This changes the whole process. Two requests at the same time would disturb each other.
    """
    with (
        patch.object(settings, "COMPILED_EXECUTION", False),
        patch.object(execute, "schema", copy),
    ):
        yield


def is_batched(definition: GraphQLField) -> bool:
    """Return whether one function computes this field for many objects."""
    return batch_function(_strawberry_field(definition).metadata) is not None


async def compute_batch(
    info: Any, parent: GraphQLObjectType, node: FieldNode, objects: Sequence[Any]
) -> Sequence[Any]:
    """Return the value of a batched field for each object. ``node`` selects the field."""
    definition = parent.fields[node.name.value]
    field = _strawberry_field(definition)
    function = batch_function(field.metadata)
    assert function is not None
    arguments = convert_arguments(
        get_argument_values(
            definition, node, VariableValues(sources={}, coerced=info.variable_values)
        ),
        field.arguments,
        scalar_registry=info.schema._strawberry_schema.schema_converter.scalar_registry,
        config=info.schema._strawberry_schema.config,
    )
    values = function(BatchContext(info.context, parent.name), objects, **arguments)
    return await values if isinstance(values, Awaitable) else values


def attribute_of(definition: GraphQLField) -> str:
    """Return the name of the Python attribute that an unbatched field reads."""
    name: str = _strawberry_field(definition).python_name
    return name


def _strawberry_field(definition: GraphQLField) -> Any:
    return definition.extensions["strawberry-definition"]


async def load_cells(info: Any, requests: Sequence[CellRequest]) -> Sequence[Sequence[Cell]]:
    """Load the cells of each request, one `load` per request."""
    return await _loaders(info).cells.load_many(requests)


async def load_exam_ids(info: Any, cell: Cell) -> list[int]:
    """Load the ids of the cell's exams with one `load`."""
    rows = await _loaders(info).exam_links_by_cell.load(cell.pk)
    return [exam_id for _, exam_id in rows]


async def load_exams(info: Any, ids: Sequence[int]) -> Sequence[ExamRow]:
    """Load these exams, one `load` per exam."""
    exams = await _loaders(info).exam_by_id.load_many(ids)
    return [exam for exam in exams if exam is not None]


def _loaders(info: Any) -> Loaders:
    loaders: Loaders = info.context.loaders
    return loaders
