"""Keeps every public event once, whatever restarts, on either side: python receiver.py URL KEY FILE · 事件接收示例."""

import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

url, key, path = sys.argv[1:4]
kept = sqlite3.connect(path)
kept.execute("CREATE TABLE IF NOT EXISTS events (place INTEGER PRIMARY KEY, id TEXT UNIQUE, event TEXT)")
while True:
    last = kept.execute("SELECT id FROM events ORDER BY place DESC LIMIT 1").fetchone()
    asked = urllib.parse.urlencode({"wait": 20, **({"after": last[0]} if last else {})})
    request = urllib.request.Request(f"{url}/events?{asked}", headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            events = json.load(answer)
    except urllib.error.HTTPError as refused:
        if refused.code not in (429, 500, 502, 503, 504):  # a wrong address, key or cursor does not get right by waiting
            raise
        time.sleep(float(refused.headers.get("Retry-After", 1)))
    except (OSError, ValueError):  # the other side restarts, or was cut off within an answer
        time.sleep(1)
    else:
        with kept:  # one transaction: who is killed here goes on behind the last event that is kept
            kept.executemany("INSERT INTO events (id, event) VALUES (?, ?)", [(e["id"], json.dumps(e)) for e in events])
