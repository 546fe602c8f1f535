#!/usr/bin/env python3
"""Reduce a mirror of OSV's data bucket to the facts of the starter index, as data/advisories/<Ecosystem>/all.zip.

    tools/make_starter.py MIRROR [OUTPUT]

Kept: ids, affected ranges, severity, dates, one reference, and a short summary. Left out: descriptions, credits, commit
ranges, and listed releases that lie inside the range anyway. Needs Python's packaging module for that comparison. What may be kept and why: data/advisories/README.md.
The result is byte-identical for the same mirror.
"""
import json
import pathlib
import sys
import zipfile

from packaging.version import InvalidVersion, Version

ECOSYSTEMS = ["PyPI", "npm", "Debian:11"]
SUMMARY = 120


def summary_of(record):
    text = (record.get("summary") or record.get("details") or "").strip().split("\n")[0]
    if len(text) > SUMMARY:
        text = text[:SUMMARY].rsplit(" ", 1)[0] + " ..."
    return text


def reference_of(record):
    order = ["ADVISORY", "FIX", "REPORT"]
    rank = lambda ref: order.index(ref["type"]) if ref["type"] in order else len(order)
    references = [r for r in record.get("references", []) if r.get("url", "").startswith("http")]
    return [min(references, key=rank)] if references else []


def inside(ranges, text):
    """Whether a PyPI release lies in one of the ranges; False for what is not a version."""
    bound = lambda event: Version("0.dev0") if list(event.values()) == ["0"] else Version(*event.values())
    try:
        version = Version(text)
        for entry in ranges:
            affected = False
            for event in sorted(entry["events"], key=bound):
                (kind,) = event
                if kind == "introduced" and version >= bound(event):
                    affected = True
                if (kind == "fixed" and version >= bound(event)) or (kind == "last_affected" and version > bound(event)):
                    affected = False
            if affected:
                return True
    except InvalidVersion:
        pass
    return False


def reduce_affected(entry):
    ranges = [{"type": r["type"], "events": r["events"]} for r in entry.get("ranges", []) if r["type"] != "GIT"]
    out = {"package": {k: entry["package"][k] for k in ("ecosystem", "name")}}
    if ranges:
        out["ranges"] = ranges
    versions = [v for v in entry.get("versions", []) if entry["package"]["ecosystem"] != "PyPI" or not inside(ranges, v)]
    if versions:
        out["versions"] = versions
    if "urgency" in entry.get("ecosystem_specific", {}):
        out["ecosystem_specific"] = {"urgency": entry["ecosystem_specific"]["urgency"]}
    return out


def reduce_record(record, ecosystem):
    affected = [reduce_affected(a) for a in record.get("affected", []) if a["package"]["ecosystem"] == ecosystem]
    affected = [a for a in affected if len(a) > 1]
    if record.get("withdrawn") or not affected:
        return None
    out = {key: record[key] for key in ("id", "modified", "published", "aliases", "upstream", "severity") if record.get(key)}
    out["summary"] = summary_of(record)
    word = record.get("database_specific", {}).get("severity")
    if isinstance(word, str):
        out["database_specific"] = {"severity": word}
    out["references"] = reference_of(record)
    out["affected"] = affected
    return {key: value for key, value in out.items() if value}


def main():
    mirror = pathlib.Path(sys.argv[1])
    mirror = mirror / "osv" if (mirror / "osv").is_dir() else mirror
    output = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent.parent / "data/advisories")
    for ecosystem in ECOSYSTEMS:  # one folder each, as in the bucket, so that `db update --mirror` reads the result
        target = output / ecosystem / "all.zip"
        target.parent.mkdir(parents=True, exist_ok=True)
        kept, newest = 0, ""
        with zipfile.ZipFile(mirror / ecosystem / "all.zip") as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
            for name in sorted(source.namelist()):
                record = reduce_record(json.loads(source.read(name)), ecosystem)
                if record is None:
                    continue
                text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                info = zipfile.ZipInfo(record["id"] + ".json", (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                zipped.writestr(info, text)
                kept, newest = kept + 1, max(newest, record["modified"][:10])
        print(f"{ecosystem}: {kept} advisories up to {newest}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
