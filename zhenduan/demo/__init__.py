"""The demo city · 示例城市."""
