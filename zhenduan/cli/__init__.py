"""The command line, one file a purpose · 命令行."""
