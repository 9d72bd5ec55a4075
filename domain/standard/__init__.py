"""The standard as a stream: editions, which applies to whom, drafts and their shadow re-scoring · 标准."""
