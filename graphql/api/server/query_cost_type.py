"""Query cost · 查询成本 in the schema: what the operation at hand costs, and what of its limit is left."""

import strawberry

from api.kit.context import Context
from api.kit.published import field, published
from domain.masks import ANYONE


@published(ANYONE, placed=False)
class QueryCost:
    """What an operation costs: worked out from its text before anything is read, the same for every state of the data · 查询成本"""

    requested: int = field("Fields that it may resolve at most, a page counting as its `first` · 预计字段数")
    limit: int = field("What one operation of this caller may cost · 上限")
    remaining: int = field("What it could still ask for besides · 余量")


@strawberry.type
class QueryCostQueries:
    """The cost of this operation."""

    @field("What this operation costs; `extensions.cost` of each answer says the same · 查询成本", roles=ANYONE)
    def query_cost(self, info: strawberry.Info[Context, None]) -> QueryCost:
        """As it was judged."""
        cost = info.context.cost
        return QueryCost(requested=cost.requested, limit=cost.limit, remaining=cost.remaining)


QUERIES = QueryCostQueries
