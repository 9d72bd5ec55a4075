"""Other people's models and formats 互操作: rosters, code lists, packages, feeds."""
