"""Commands by purpose 命令: what each takes. Whatever a command needs is loaded when it runs."""
