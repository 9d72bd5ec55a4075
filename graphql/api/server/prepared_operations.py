"""Prepared operations 已准入操作: an operation with its caller and variables, ready to run."""

from collections.abc import Hashable
from dataclasses import dataclass

from api.kit.context import Context
from api.server.compiled_selections import CompiledExecutor
from api.server.query_documents import Prepared


@dataclass(frozen=True)
class PreparedOperation:
    """An operation that may run 已准入操作: who asks, what, and the executor with the variables in place."""

    prepared: Prepared
    executor: CompiledExecutor
    context: Context

    @property
    def alike(self) -> Hashable:
        """What subscriptions have in common that an event is answered alike for, where nothing but the event is asked for."""
        coerced = self.executor.variable_values.coerced
        variables = [(name, coerced[name]) for name in sorted(self.prepared.below_root) if name in coerced]  # none is not null
        return id(self.prepared), repr(variables), self.context.role, self.context.scope
