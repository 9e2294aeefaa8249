#!/usr/bin/env python3
"""Looks whether a report of the load tool has what scripts read: every number is there, and the books balance."""
import json
import sys

file, transport = sys.argv[1:]
report = json.load(open(file))


def need(where, *names):
    missing = [name for name in names if not isinstance(where.get(name), (int, float)) or isinstance(where.get(name), bool)]
    if missing:
        sys.exit(f"{transport}: no number for {', '.join(missing)}")


def expect(holds, text):
    if not holds:
        sys.exit(f"{transport}: {text}")


if transport == "open-loop":
    expect(report["loop"] == "open", f"the loop is {report['loop']}")
    expect(report["latencyMilliseconds"]["messages"] == 3 * 480, f"{report['latencyMilliseconds']['messages']} latencies, not those of three rounds")
    sys.exit()

if transport == "small":
    expect(report["size"] >= 40, f"a message of {report['size']} bytes cannot be")
    sys.exit()

if transport == "targets":
    rows = report["targets"]
    for row in rows:
        for name in ("name", "boundBy", "endpoint"):
            if not row.get(name):
                sys.exit(f"targets: a row without {name}: {row}")
        need(row, "target")
        if "met" in row:
            need(row, "target", "measured", "ratio")
    print(f"targets: {len(rows)} rows, {sum('measured' in row for row in rows)} measured")
    sys.exit()

# Stubs of SNS and EventBridge deliver nothing.
delivers = "consumePerSecond" in report
need(report, "messagesPerSecond", "publishPerSecond", "bytesPerMessage", "cpuMicrosecondsPerMessage", "apiCallsPerThousand", "publishRatio")
if delivers:
    need(report, "consumePerSecond", "consumeRatio")
    need(report["latencyMilliseconds"], "p50", "p95", "p99", "max")
if transport != "inmemory":
    need(report, "tunedPublishRatio")
if not report["reconciled"] or report["lost"] or report["duplicates"] or report["failed"]:
    sys.exit(f"{transport}: not reconciled: {report['faults']}")
print(f"{transport} on {report['endpoint']}: {report['sent']} sent, {report['received']} received, {report['messagesPerSecond']:.0f} msg/s")
