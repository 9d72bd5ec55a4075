"""A year's roster: who counts in it · 名单."""
