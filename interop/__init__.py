"""Other people's models and formats 互操作: rosters, editions, proofs, code lists."""
