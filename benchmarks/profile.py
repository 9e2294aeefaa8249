"""Where the processor's time goes: reads what `perf script -F comm,ip,sym,dso` writes, prints a table of shares.

Who is charged: JSON for all that it calls; else whoever's code runs at that moment, except that the base library and the
cryptography are charged to the nearest of those below that called them.
"""
import collections
import re
import sys

FRAME = re.compile(r"\s+[0-9a-f]+ (.*) \(([^()]*)\)$")
CLASS = re.compile(r"\[Messaging\.Kit[^]]*\](?: (?:\w+\.)*(\w+))?")

# What is looked for in the frames nearest to the leaf, and how far from it.
OWNERS = [
    ("System.Text.Json", ("[System.Text.Json",), 12),
    ("signatures and checksums", ("libcrypto", "Cryptography"), 6),
    ("the tool: messages, books, stub, twins", ("[Messaging.Kit.Load",), 3),
    ("the kit", ("[Messaging.Kit",), 3),
    ("the SDK of AWS", ("[AWSSDK", "Amazon."), 8),
    ("librdkafka and its client", ("librdkafka", "[Confluent.Kafka"), 8),
]
LEAVES = [
    ("the clock", ("clock_gettime",)),
    ("locks", ("System.Threading.Lock", "System.Threading.Monitor")),
    ("allocation, collection, barriers", ("[libcoreclr", "[libclrgc", "WriteBarrier", "tls_get_addr", "memset")),
    ("compilation", ("[libclrjit",)),
    ("the kernel: threads, sockets, interrupts", ("futex", "sched", "switch", "irq", "syscall", "spin", "tcp", "skb")),
]


def owner(stack):
    for name, words in LEAVES:
        if any(word in stack[0] for word in words):
            return name
    for name, words, depth in OWNERS:
        if any(word in frame for frame in stack[:depth] for word in words):
            return name
    return "the rest of .NET" if "[System." in stack[0] or "[Microsoft." in stack[0] else "other"


def stacks(lines):
    stack = []
    for line in lines:
        if not line.strip():
            if stack:
                yield stack
            stack = []
        elif match := FRAME.match(line.rstrip()):
            name, library = match.groups()
            stack.append(f"[{library.rsplit('/', 1)[-1]}]" if name == "[unknown]" else name)
    if stack:
        yield stack


samples, kit = collections.Counter(), collections.Counter()
for stack in stacks(sys.stdin):
    name = owner(stack)
    samples[name] += 1
    if name == "the kit":
        frame = next(frame for frame in stack if "[Messaging.Kit" in frame)
        kit[CLASS.search(frame)[1] or "not compiled yet"] += 1

total = samples.total() or sys.exit("There are no samples in it.")
print(f"| of {total:,} samples | |\n|---|---:|")
for name, count in samples.most_common():
    print(f"| {name} | {100 * count / total:.1f} % |")
print("\nThe kit's own: " + ", ".join(f"`{name}` {100 * count / total:.1f} %" for name, count in kit.most_common(8)) + ".")
