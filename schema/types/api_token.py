"""Bearer tokens of the viewer."""

from __future__ import annotations

import datetime
from typing import Any

import strawberry

from primepath import models
from schema.context import Info
from schema.types.node import Node


@strawberry.type(
    description="A bearer token of yours, for an app or a device. The token itself is shown only when you sign in."
)
class ApiToken(Node, source=models.ApiToken):
    name: str = strawberry.field(
        description="Where the token is used: `deviceName` of `signIn`, for example `Mina's phone`."
    )
    created_at: datetime.datetime = strawberry.field(description="Time of creation.")
    expires_at: datetime.datetime | None = strawberry.field(
        description="Expiry of the token. Null if it does not expire."
    )
    last_used_at: datetime.datetime | None = strawberry.field(
        description="Time of the last request with the token, accurate to one hour. Null before the first one."
    )

    @strawberry.field(description="True if this request uses the token.")
    def is_current(self, info: Info, token: strawberry.Parent[models.ApiToken]) -> bool:
        return info.context.client.token_id == token.pk

    @classmethod
    async def load(cls, info: Info, key: Any) -> models.ApiToken | None:
        return await info.context.loaders.token_by_id.load(key)
