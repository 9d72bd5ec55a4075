"""Payloads · 返回对象 of mutations that are no commands of the domain: what they give, or why not."""

from typing import Self

import strawberry

from api.kit.published import field
from api.kit.user_errors import UserError
from domain.kernel import Refused


@strawberry.type
class OwnPayload:
    """What every payload has."""

    user_errors: list[UserError] = field("Why not · 未执行原因", default_factory=list)

    @classmethod
    def refused(cls, refused: Refused) -> Self:
        """Nothing was done, and why."""
        return cls(user_errors=[UserError.of(refused)])
