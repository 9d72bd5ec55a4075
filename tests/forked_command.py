"""Runs one command of the program that `tests.forked_program` has loaded, given its socket and the arguments; ends as it ends."""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as called:
    called.connect(sys.argv[1])
    given = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109 - few imports
    socket.send_fds(called, [json.dumps(given).encode()], [0, 1, 2])
    answered = called.recv(1)
sys.exit(answered[0] if answered else 70)
