"""Which answers left with whose protected data · 披露日志."""
