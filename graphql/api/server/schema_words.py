"""Words of the schema · 模式说明: what the server alone can say, of parts that no page writes itself."""

from graphql import GraphQLSchema

INPUT = "What the command takes · 命令内容"
DIRECTIVE_ARGUMENTS = {
    ("clause", "id"): "Heading of the clause in docs/plan.md, such as P4 · 条款",
    ("readableBy", "roles"): "The roles that may read · 角色",
}
"""What the arguments of the directives are: the library takes no description of theirs."""


def describe_the_rest(schema: GraphQLSchema) -> None:
    """Describe the input of every mutation and every argument of a directive."""
    for directive in schema.directives:
        for name, argument in directive.args.items():
            argument.description = argument.description or DIRECTIVE_ARGUMENTS.get((directive.name, name))
    for field in schema.mutation_type.fields.values() if schema.mutation_type is not None else ():
        if (given := field.args.get("input")) is not None and not given.description:
            given.description = INPUT
