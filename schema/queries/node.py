"""Finding things again by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from django.conf import settings

from loaders.registry import Loaders
from primepath import models
from primepath.domain.cell import CellKey
from schema.context import Info
from schema.ids import parse_id
from schema.limits import check_list
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.types.matrix_cell import load_cell
from schema.types.node import Node


async def _load(info: Info, id: str) -> Any:
    type_name, key = parse_id(id)
    loaders = info.context.loaders
    match type_name:
        case "MatrixCell":
            cell_key = CellKey.parse(key)
            return cell_key and await load_cell(info, cell_key)
        case "SchoolClass":
            return await loaders.classes.get(key)
        case "TeacherClassAssignment":
            return await _load_assignment(loaders, int(key))
        case "Exam":
            return await loaders.exam_by_id.load(int(key))
        case "Teacher":
            return await loaders.teacher_by_id.load(int(key))
        case "Program":
            return await loaders.program_by_id.load(int(key))
        case "SubProgram":
            return await loaders.subprogram_by_id.load(int(key))
        case "CurriculumLevel":
            return await loaders.level_by_id.load(int(key))
        case "ClassAccessRequest":
            return await loaders.access_request_by_id.load(int(key))
    raise AssertionError(f"{type_name} has ids, but nothing loads it.")


async def _load_assignment(loaders: Loaders, key: int) -> models.TeacherClassAssignment | None:
    """An assignment is seen by those who see its class."""
    assignment = await loaders.assignment_by_id.load(key)
    if assignment is None or await loaders.classes.get(assignment.school_class_id) is None:
        return None
    return assignment


@strawberry.type
class NodeQuery:
    @strawberry.field(
        graphql_type=Node | None,
        description=(
            "What has this id; null where it is not there or you may not see it. "
            "What is not an id at all is BAD_USER_INPUT."
        ),
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],
    ) -> Any:
        info.context.require_viewer()
        return await _load(info, id)

    @strawberry.field(
        graphql_type=list[Node | None] | None,
        description=(
            "What has these ids, in their order: null where it is not there or you may not see it. "
            "What is not an id at all is null too, with a BAD_USER_INPUT error of its own."
        ),
        metadata=list_size(length_of("ids")),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description=f"The ids, at most {settings.MAX_LIST_LENGTH:,}."),
        ],
    ) -> Sequence[Any]:
        info.context.require_viewer()
        check_list("ids", ids)
        # Not gathered: what an id leads to must not wait for what the other ids name, or it would be read apart.
        return [asyncio.ensure_future(_load(info, id)) for id in ids]
