"""The GraphQL API 接口: types, resolvers, rights, the executor, the ASGI app."""
