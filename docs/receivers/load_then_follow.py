"""Loads every firm that the key sees, then follows what changes: python load_then_follow.py URL KEY FILE · 先装载后跟随示例."""

import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

url, key, path = sys.argv[1:4]
kept = sqlite3.connect(path)
kept.execute("CREATE TABLE IF NOT EXISTS firms (id TEXT PRIMARY KEY, name TEXT)")
kept.execute("CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY, place TEXT)")
PAGE = """query($after: String) { position
  enterprises(first: 100, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }"""


def read(where, body=None):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url + where, body, headers), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 500, 502, 503, 504):  # a wrong address, key or cursor does not get right by waiting
                raise
        except (OSError, ValueError):  # the other side restarts, or was cut off within an answer
            pass
        time.sleep(1)


def keep(firms, place, gone=()):
    with kept:  # what was read and how far, in one transaction
        kept.executemany("INSERT OR REPLACE INTO firms VALUES (:id, :name)", firms)
        kept.executemany("DELETE FROM firms WHERE id = ?", [(one,) for one in gone])
        kept.execute("INSERT OR REPLACE INTO followed VALUES (1, ?)", (place,))


if not kept.execute("SELECT place FROM followed").fetchone():
    firms, page, position = [], {"endCursor": None, "hasNextPage": True}, None
    while page["hasNextPage"]:
        asked = json.dumps({"query": PAGE, "variables": {"after": page["endCursor"]}}).encode()
        answer = read("/graphql", asked)["data"]
        position = position or answer["position"]  # of the first page: what happens while the others are read is told again
        firms, page = firms + answer["enterprises"]["nodes"], answer["enterprises"]["pageInfo"]
    keep(firms, position)
while True:
    ((place,),) = kept.execute("SELECT place FROM followed")
    events = read("/events?" + urllib.parse.urlencode({"kind": "enterprise", "wait": 20, "after": place}))
    found = {event["data"]["thing"]: read(event["data"]["links"]["thing"])["data"]["node"] for event in events}  # as each is now
    if events:
        gone = [thing for thing, firm in found.items() if firm is None]  # no longer ours to see
        keep([firm for firm in found.values() if firm], events[-1]["id"], gone)
