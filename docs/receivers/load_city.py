"""Loads the city as files, then follows what changes: python load_city.py URL KEY FILE · 批量装载后跟随示例.

FILE is an SQLite database: a table for each table of the export, and `followed`, which holds how far was followed.
"""

import hashlib
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

url, key, path = sys.argv[1:4]
kept = sqlite3.connect(path)
kept.execute("CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY, place TEXT)")


def opened(where, **headers):
    asked = urllib.request.Request(url + where, headers={"Authorization": f"Bearer {key}", **headers})
    return urllib.request.urlopen(asked, timeout=60)


def read(where):
    while True:
        try:
            with opened(where) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 500, 502, 503, 504):  # a wrong address, key or cursor does not get right by waiting
                raise
        except (OSError, ValueError):  # the other side restarts, or was cut off within an answer
            pass
        time.sleep(1)


def fetched(table):
    """The file of a table, gone on with where it broke off; its digest is that of the manifest, or it is fetched anew."""
    file = Path(f"{path}.{table['file']}")
    while True:
        file.touch()
        have = file.stat().st_size
        if have < table["size"]:
            parts = {"Range": f"bytes={have}-", "If-Range": f'"{table["sha256"]}"'}
            with (
                opened(table["link"], **parts) as answer,
                file.open("ab" if answer.headers["Content-Range"] else "wb") as out,
            ):
                while part := answer.read(65536):
                    out.write(part)
        with file.open("rb") as whole:
            if hashlib.file_digest(whole, "sha256").hexdigest() == table["sha256"]:
                return file
        file.unlink()


if not kept.execute("SELECT place FROM followed").fetchone():
    manifest = read("/exports?format=jsonl")
    files = [(table, fetched(table)) for table in manifest["tables"]]
    with kept:  # everything and how far, in one transaction
        for table, file in files:
            kept.execute(f"CREATE TABLE {table['name']} (id TEXT PRIMARY KEY, body TEXT)")
            with file.open(encoding="utf-8") as lines:
                first = table["columns"][0]["name"]
                kept.executemany(
                    f"INSERT INTO {table['name']} VALUES (?, ?)",
                    ((json.loads(one)[first], one.strip()) for one in lines),
                )
        kept.execute("INSERT INTO followed VALUES (1, ?)", (manifest["position"],))
    for _, file in files:
        file.unlink()
while True:
    ((place,),) = kept.execute("SELECT place FROM followed")
    for event in read("/events?" + urllib.parse.urlencode({"kind": "enterprise", "wait": 20, "after": place})):
        told = event["data"]  # with its object where a contract has it told, else that is read: null if it is no longer ours to see
        firm = told["object"] if "object" in told else read(told["links"]["thing"])["data"]["node"]
        with kept:  # what was read and how far, in one transaction
            if firm is None:
                kept.execute("DELETE FROM enterprises WHERE id = ?", (event["data"]["thing"],))
            else:
                now = json.dumps(firm, ensure_ascii=False)
                kept.execute(
                    "INSERT INTO enterprises VALUES (:id, :now) ON CONFLICT (id) DO UPDATE SET body = json_patch(body, :now)",
                    {"id": firm["id"], "now": now},
                )
            kept.execute("UPDATE followed SET place = ?", (event["id"],))
