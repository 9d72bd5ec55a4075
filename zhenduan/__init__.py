"""The program 程序: settings, wiring, command line, secrets of accounts, demo city."""
