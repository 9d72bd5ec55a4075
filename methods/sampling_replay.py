"""The replay script 抽样复算脚本 that is printed beside every draw: nine lines, the standard library alone. Method e. plan V5."""

REPLAY_SCRIPT = """\
import csv, hashlib, sys                      # replay.py frame.csv secret beacon
frame, secret, beacon = open(sys.argv[1], "rb").read(), sys.argv[2], sys.argv[3]
root = hashlib.sha256(frame).hexdigest()
print("commitment", hashlib.sha256(bytes.fromhex(secret)).hexdigest(), "frame", root)
seed = hashlib.sha256("\\n".join(["zhenduan-sample-1", secret, beacon, root]).encode()).hexdigest()
for job, num, den in csv.reader(frame.decode().splitlines()):
    t = hashlib.sha256(f"{seed}\\n{job}".encode()).hexdigest()
    if int(t, 16) * int(den) < int(num) * 2 ** 256:
        print(job, t, f"{num}/{den}")
"""
"""As the method page gives it: `python replay.py frame.csv SECRET BEACON` prints the sample, a line a job."""
