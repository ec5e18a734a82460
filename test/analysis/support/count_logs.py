"""Counts a log folder in another language, with other parsers: python3 count_logs.py FOLDER, JSON on stdout."""
import collections, datetime, glob, gzip, json, math, os, re, sys, tarfile

STREAMS = ["operations", "api_calls", "database", "errors", "progress"]
TIME = r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] "
TEXT = re.compile(TIME + r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) \[\w+:\d+\]: (.*)$")
CALL = re.compile(r"^Canvas API response: (\w+) (\S+) - Status: (\d+) - Duration: ([\d.]+)ms$")
SUMMARY = {
    "operations": re.compile(TIME + r"(?:Sync Task|Courses|Assignments|Completion): "),
    "api_calls": re.compile(TIME + r"([A-Z]+) (\S+) - Status: (\d+)(?: - ([\d.]+)ms)?$"),
    "database": re.compile(TIME + r"[A-Z]+ \w+ - Count: \d+|" + TIME + r"[A-Z]+ \w+(?: -|$)"),
    "errors": re.compile(TIME + r"ERROR: "),
    "progress": re.compile(TIME + r"PROGRESS: Task: "),
}
counts = collections.defaultdict(collections.Counter)
durations, seen = [], set()


def contents(stream):
    """Every file of the stream: its bytes, and whether it is the live one."""
    for path in glob.glob(os.path.join(sys.argv[1], stream + ".log*")):
        name = os.path.basename(path)[len(stream) + 4:]
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        if re.fullmatch(r"|\.\d+-[0-9a-f]{8}(\.gz)?|\.\d+(\.gz)?", name):
            with (gzip.open if name.endswith(".gz") else open)(path, "rb") as file:
                yield file.read(), name == ""
    for path in glob.glob(os.path.join(sys.argv[1], "archives", stream + "_*.tar.gz")):
        stamp = os.path.basename(path)[len(stream) + 1:][:15]
        try:
            datetime.datetime.strptime(stamp, "%Y%m%d_%H%M%S")
        except ValueError:
            continue
        with tarfile.open(path) as archive:
            for member in archive:
                yield archive.extractfile(member).read(), False


def parse(stream, text):
    """(form, method, status, duration), or None for a line in no form."""
    match = TEXT.match(text)
    try:
        if match or SUMMARY[stream].match(text):
            datetime.datetime.strptime(text[1:20], "%Y-%m-%d %H:%M:%S")
        else:
            value = json.loads(text)
            time = value["timestamp"].replace(",", ".").replace("Z", "+00:00")
            datetime.datetime.fromisoformat(time)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    call = match and CALL.match(match[2])
    if match:
        return ("python_text", call[1], int(call[3]), float(call[4])) if call else ("python_text",) + (None,) * 3
    match = SUMMARY[stream].match(text)
    if match and stream == "api_calls":
        return "summary", match[2], int(match[4]), float(match[5]) if match[5] else None
    if match:
        timed = re.search(r" - Duration: ([\d.]+)ms", text) if stream == "database" else None
        return "summary", None, None, float(timed[1]) if timed else None
    old = "logger" in value
    if not old and value["writer"] is not None:
        key = (value["writer"], value["seq"], json.dumps(value, sort_keys=True))
        if key in seen:
            return "duplicate"
        seen.add(key)
    name = "extra_%s" if old else "%s"
    status = value.get("extra_response_status" if old else "status")
    return "python_json" if old else "json", value.get(name % "method"), status, value.get(name % "duration_ms")


for stream in STREAMS:
    for data, live in contents(stream):
        lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        if lines[-1] == b"" or live:
            lines.pop()
        for line in lines:
            text = line.decode("utf-8", "replace")
            parsed = None if text.strip() == "" else parse(stream, text.rstrip("\r"))
            if parsed is None or parsed == "duplicate":
                counts["skipped"]["blank" if text.strip() == "" else parsed or "malformed"] += 1
                continue
            form, method, status, duration = parsed
            counts["forms"][form] += 1
            counts["streams"][stream] += 1
            if stream == "api_calls" and method is not None:
                counts["methods"][method] += 1
                if status is not None:
                    counts["statuses"][str(int(status))] += 1
            if type(duration) in (int, float) and math.isfinite(duration) and stream == "api_calls":
                durations.append(duration)
total = math.fsum(durations)
extremes = {"min": min(durations, default=None), "max": max(durations, default=None)}
print(json.dumps({**counts, "durations": {"count": len(durations), "total": total, **extremes}}))
