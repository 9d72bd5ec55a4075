"""Command line 命令行, by purpose: what each command takes, and what is loaded only when it runs."""
