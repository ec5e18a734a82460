#!/usr/bin/env python3
"""Tells a canvas-sync-monitor server of the syncs of a Python job: one file, standard library only, Python 3.8 or later.

    with CanvasSyncMetricsTracker(task_id, user_id, sync_type="grades") as tracker:
        tracker.record_grade(updated=True)

It has the names of the earlier app/services/canvas_sync_metrics.py and of the log_canvas_* functions of app/logging_config.py,
so that a job changes an import line. Set CANVAS_SYNC_SERVER and CANVAS_SYNC_TOKEN, or call configure().

No call for recording raises, and none waits for the server. Events go to a spool on the disk; a thread sends them from
there in their order. Each has an id by which the server takes it once, however often it is sent. docs/python.md has more.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import functools
import gzip
import hashlib
import importlib
import inspect
import itertools
import json
import logging
import math
import os
import random
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import weakref
from collections import deque
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, Callable, Deque, Dict, Iterator, List, Mapping, Optional, Tuple, Type, TypeVar, Union, cast

try:
    import fcntl
except ImportError:  # Windows: what another process left is sent by the `send` command alone.
    fcntl = None  # type: ignore[assignment]

__version__ = "0.1.0"
__all__ = [
    "CanvasSyncHandler", "CanvasSyncMetricsTracker", "CanvasSyncServerError", "SyncMetrics", "configure", "current_tracker",
    "flush", "get_all_sync_metrics_summary", "get_cleanup_status", "get_failed_syncs", "get_performance_stats",
    "get_recent_syncs", "get_sync_by_task", "get_sync_metrics_summary", "get_user_syncs", "health", "log_canvas_api_call",
    "log_canvas_db_operation", "log_canvas_error", "log_canvas_progress", "log_canvas_sync_event", "monitored",
    "register_canvas_metrics_api", "setup_canvas_sync_logger",
]  # fmt: skip

Event = Dict[str, Any]
Count = Union[bool, int, float, None]
Id = Union[str, int]
Function = TypeVar("Function", bound=Callable[..., Any])

_MIB = 1_048_576
_API = "/api/canvas/metrics"
_GATHER_S = 0.02
_SEND_EVERY_S = 0.2
_HEARTBEAT_S = 10.0
_STATE_S = 1.0
_ADOPT_S = 30.0
_REQUEST_S = 10.0
_LONGEST_PAUSE_S = 60.0
_EXIT_S = 5.0
_BATCH_LINES = 2000
_BATCH_BYTES = _MIB
_SEGMENT_BYTES = 4 * _MIB
_MEMORY_BYTES = 16 * _MIB
_log = logging.getLogger("canvas_sync_monitor")
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


# --- Settings ---------------------------------------------------------------------------------------------------------


class Settings:
    """What configure() was given, else the environment, else the default."""

    def __init__(self, **given: Any) -> None:
        def of(name: str, default: Optional[str] = None) -> Any:
            value = given.get(name)
            return value if value is not None else os.environ.get(f"CANVAS_SYNC_{name.upper()}") or default

        def flag(name: str) -> bool:
            return str(of(name, "")).lower() in ("1", "true", "yes")

        self.server: str = str(of("server", "http://127.0.0.1:5000")).strip().rstrip("/")
        self.token: Optional[str] = str(of("token", "")).strip() or _first_line(of("token_file"))
        self.read_token: Optional[str] = str(of("read_token", "")).strip() or self.token
        digest = hashlib.sha256((self.token or "").encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self.token_digest: str = digest if self.token else ""
        spool_dir = of("spool_dir")
        self.own_spool_dir: bool = spool_dir is None
        self.spool_dir: str = str(spool_dir or _default_spool_dir())
        self.spool_limit_bytes = int(_amount(of("spool_limit_mb", "256")) * _MIB)
        self.local_log_dir: Optional[str] = of("local_log_dir")
        self.keep_error_messages = flag("keep_error_messages")
        self.allow_insecure = flag("allow_insecure")
        # The unit tests of a job must not reach a server by chance.
        in_a_test = "PYTEST_CURRENT_TEST" in os.environ and of("server") is None
        self.enabled = not flag("disabled") and not in_a_test
        try:
            address = urllib.parse.urlsplit(self.server)
            self._scheme, host = address.scheme, address.hostname or ""
        except ValueError:
            self._scheme, host = "unreadable", ""
        self.loopback = host in ("localhost", "::1") or host.startswith("127.")

    @property
    def refusal(self) -> Optional[str]:
        """Why nothing may be sent to this address."""
        if not all(re.fullmatch(r"[!-~]+", token) for token in (self.token, self.read_token) if token):
            return "The token has characters that no token has."
        if self._scheme == "unreadable":
            return "The server's address cannot be read."
        if self._scheme == "https" or (self._scheme == "http" and (self.loopback or self.allow_insecure)):
            return None
        return "The server's address must be https: plain http is for this machine (or CANVAS_SYNC_ALLOW_INSECURE=true)."


def _first_line(path: Optional[str]) -> Optional[str]:
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip() or None
    except (OSError, ValueError) as error:
        _log.warning("The token file cannot be read (%s).", type(error).__name__)
        return None


def _default_spool_dir() -> str:
    # Not the folder that is emptied when the machine starts.
    folder = "/var/tmp"
    if not os.path.isdir(folder):
        with contextlib.suppress(OSError):
            folder = tempfile.gettempdir()
    return os.path.join(folder, f"canvas-sync-monitor-{os.getuid() if hasattr(os, 'getuid') else 'user'}")


# --- Values as the server takes them ----------------------------------------------------------------------------------

# Most texts hold nothing to redact and cost this one expression.
_SUSPECT = re.compile(r"[~=@?%:]|bearer|PRIVATE|csm_|eyJ|hooks\.|xox", re.I)
_R = "[redacted]"
_SEPARATOR = r"\\?[\"']?\s*(?:[:=]|%3d|%3a)\s*"
_VALUE = (
    r"(?!\[redacted\](?:[\s\"'&,;})\]\\]|$))"
    r"(?:\[redacted\][^\s\"'&,;})\]\\]+|\\?\"[^\"\\]+|\\?'[^'\\]+|[^\s\"'&,;})\]\\]+)"
)
_NAMES = (
    r"(?:(?:access|refresh|id|auth|csrf)_token|api[_-]?key|client_secret|secret|passw(?:or)?d|\bpwd|session_?id|"
    r"canvas_session|session|\bjwt|verifier)"
)
_RULES: List[Tuple["re.Pattern[str]", str]] = [
    (re.compile(pattern, flags | re.A), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)", 0, _R),
        (r"(authorization\\?[\"']?\s*[:=]\s*)\\?[\"']?(?:[\w-]+\s+)?[^\s\"',;}\\]+", re.I, rf"\1{_R}"),
        (r"((?:set-)?cookie\\?[\"']?\s*[:=]\s*)[^\r\n]+", re.I, rf"\1{_R}"),
        (r"(bearer)(?:\s|%20|\+|[:=]){1,4}(?!tokens?\b|auth)[\"']?[^\s\"',;}\\]+", re.I, rf"\1 {_R}"),
        (r"(://)[^\s/@\"'<>]{1,512}@", 0, rf"\1{_R}@"),
        (r"hooks\.slack(?:-gov)?\.com/[\w/%-]+", re.I, f"hooks.slack.com/{_R}"),
        # A Canvas next-page address carries bookmarks made of students' names.
        (r"\?[\w\[\]%.~-]+=[^\s\"'<>\\]*", 0, f"?{_R}"),
        (r"(page(?:=|%3d)bookmark(?::|%3a))[^\s\"'&<>\\]*", re.I, _R),
        (rf"({_NAMES}{_SEPARATOR}){_VALUE}", re.I, rf"\1{_R}"),
        (rf"(\b(?:token|sig|signature|code)\s*(?:=|%3d)\s*){_VALUE}", re.I, rf"\1{_R}"),
        (r"\d{1,12}(?:~|%7e)[A-Za-z0-9]{16,}", re.I, _R),
        (r"\bxox[a-z]-[\w-]{8,}", re.I, _R),
        (r"\beyJ[\w-]{8,2048}\.[\w-]{1,8192}(?:\.[\w-]{0,2048})?", 0, _R),
        (r"\bcsm_[\w-]{8,}", re.I, _R),
    )
]
_AT_DOMAIN = re.compile(r"(?:@|%40)(?:(?:[^\W_]|-){1,63}\.){1,8}[^\W\d_]{2,63}", re.I)
_MAIL_NAME = re.compile(r"[\w.%+'-]{1,64}$")
_QUERY = re.compile(r"[?#]|%3f|%23", re.I)
_EVENT_NAME = re.compile(r"[a-z][a-z\d_]{0,63}")
_LOG_FIELDS = frozenset(
    """sync_type course_id source_id account_id trace_id host pid version trigger created updated unchanged deleted held
    count processed failed skipped frozen forbidden duplicates courses assignments submissions grades enrollments sections
    items pages files lines bytes rows calls api_calls db_operations rate_limit_hits attempt attempts max_attempts
    concurrency fields_dropped duration_ms elapsed_ms remaining_ms wait_ms retry_after_ms timeout_ms age_ms happened_at
    since until method endpoint status page per_page request_cost rate_limit_remaining request_id error_report_id origin
    base_url operation entity batch chunk_size error_type error_code code cause reason next_step will_retry stack severity
    stream file percent current completed total checkpoint incremental use_pagination dry_run""".split()
)
_EARLIER_FIELDS = {
    "response_status": "status", "entity_type": "entity", "operation_type": "operation", "progress_percent": "percent",
    "current_item": "current", "total_items": "total", "use_incremental": "incremental",
}  # fmt: skip
_DB_OPERATIONS = {
    "create": "create", "insert": "create", "add": "create", "update": "update", "delete": "delete", "remove": "delete",
    "fetch": "fetch", "select": "fetch", "read": "fetch", "query": "fetch",
}  # fmt: skip


def redact(text: str) -> str:
    """The text without tokens, passwords, cookies, queries and e-mail addresses. A net for mistakes, as on the server."""
    if not _SUSPECT.search(text):
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    if "@" not in text and "%40" not in text:
        return text
    kept, end = "", 0
    for match in _AT_DOMAIN.finditer(text):
        name = _MAIL_NAME.search(text[max(end, match.start() - 64) : match.start()])
        # One that begins where another ends is the rest of it.
        begins_there = match.start() == end and kept != ""
        if name is None and not begins_there:
            continue
        if not begins_there:
            kept += text[end : match.start() - len(name.group() if name else "")] + _R
        end = match.end()
    return kept + text[end:]


def _pass_on(error: Exception) -> None:
    """What a signal raised, which happened to come here, such as the time limit of the job."""
    # These may also come from another thread.
    if type(error).__name__ in ("SoftTimeLimitExceeded", "JobTimeoutException"):
        raise error
    handlers = {getattr(signal.getsignal(number), "__code__", None) for number in signal.valid_signals()}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in handlers:
            raise error
        trace = trace.tb_next


def _str(value: Any) -> str:
    try:
        return str(value)
    except Exception as error:
        _pass_on(error)
        return type(value).__name__


def _text(value: Any, longest: int = 4096) -> str:
    """Redacted before it is cut, because half a secret no longer looks like one."""
    return _cut(redact(_str(value)[: longest + 2048]), longest)


def _cut(text: str, longest: int) -> str:
    if not text.isascii():
        # The server counts UTF-16 units, and takes no half characters.
        units = text.encode("utf-16-le", "surrogatepass")[: 2 * longest]
        return units.decode("utf-16-le", "replace")
    return text if len(text) <= longest else text[:longest]


def _name(value: Any) -> str:
    return _text(value, 255).replace("\0", "\ufffd") or "-"


def _id(value: Any) -> str:
    """Left as it is, though it may look like an address: what names something must stay apart from the others."""
    text = _cut(_str(value)[:2048], 255).replace("\0", "\ufffd") or "-"
    return _name(text) if "csm_" in text else text


def _id_of(value: Any) -> Optional[str]:
    return None if value is None else _id(value)


def _amount(value: Any) -> float:
    """A number from 0 to 1e12; anything else is 0, because what a job hands over must not spoil a sum."""
    try:
        number = float(value)
    except Exception as error:
        _pass_on(error)
        return 0
    return number if 0 < number <= 1e12 else 0


def _whole(value: Any) -> int:
    return int(_amount(value))


def _counted(value: Any) -> int:
    """True, or any object that is there, counts one."""
    if value is None or value is False:
        return 0
    if value is True or isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        return 1 if value else 0
    return _whole(value)


def _number(value: Any) -> Optional[float]:
    try:
        number = float(value)
    except Exception as error:
        _pass_on(error)
        return None
    return number if math.isfinite(number) and abs(number) <= 1e12 else None


def _status(value: Any) -> Optional[int]:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= 999 else None


def _flat(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) and abs(value) <= 9e15 else str(value)
    return _text(value)


def _metadata(value: Any) -> Any:
    """What JSON can hold of it, without secrets; None for more than a server takes."""

    def clean(part: Any, levels: int) -> Any:
        if isinstance(part, Mapping) and levels:
            return {_name(key): clean(each, levels - 1) for key, each in list(part.items())}
        if isinstance(part, (list, tuple, set, frozenset)) and levels:
            return [clean(each, levels - 1) for each in part]
        return _R if isinstance(part, (bytes, bytearray, memoryview)) else _flat(part)

    cleaned = clean(value, 32)
    return cleaned if len(_encode(cleaned)) <= 65_536 else None


def _now_ms() -> int:
    return min(9_999_999_999_999, max(1_000_000_000_000, int(time.time() * 1000)))


# --- What went wrong --------------------------------------------------------------------------------------------------

_TYPES_BY_NAME = {
    "Timeout": "timeout", "TimeoutError": "timeout", "ReadTimeout": "timeout", "ConnectTimeout": "timeout",
    "ConnectionError": "network", "SSLError": "network", "ProxyError": "network", "gaierror": "network",
    "InvalidAccessToken": "token_invalid", "Forbidden": "forbidden", "Unauthorized": "forbidden",
    "ResourceDoesNotExist": "not_found", "RateLimitExceeded": "throttled", "KeyboardInterrupt": "cancelled",
    "CancelledError": "cancelled", "OperationalError": "storage", "IntegrityError": "storage",
}  # fmt: skip
_TYPES_BY_STATUS = {401: "token_invalid", 403: "forbidden", 404: "not_found", 429: "throttled"}


def _meant(error: BaseException) -> BaseException:
    """Of Celery's Retry, what it was asked for by."""
    cause = getattr(error, "exc", None)
    return cause if type(error).__name__ == "Retry" and isinstance(cause, BaseException) else error


def _error_type(error: BaseException) -> str:
    error = _meant(error)
    status = _status(getattr(getattr(error, "response", None), "status_code", None))
    if status is not None and status >= 400:
        return _TYPES_BY_STATUS.get(status, "canvas_error" if status >= 500 else "job_error")
    for kind in type(error).__mro__:
        if kind.__name__ in _TYPES_BY_NAME:
            return _TYPES_BY_NAME[kind.__name__]
    return "job_error"


def _place(error: BaseException) -> Optional[str]:
    """Where the job's own code was: `function (file.py:12)`."""
    place, trace = None, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if place is None or not re.search(r"[\\/](?:site|dist)-packages[\\/]", code.co_filename):
            place = f"{code.co_name} ({os.path.basename(code.co_filename)}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _exception(error: BaseException, keep_message: bool) -> Event:
    """The class and the place, not the message: it may hold a student's name."""
    meant = _meant(error)
    told: Event = {"name": type(meant).__name__[:255], "place": _place(meant) or _place(error)}
    if keep_message:
        told["message"] = _text(meant)
    return told


def _own_words(text: Any, error: Optional[BaseException] = None) -> str:
    """A sentence of the job, in which the message of the exception at hand gives way to its class and place."""
    words = _str(text)
    error = error if error is not None else sys.exc_info()[1]
    if error is not None and not _settings().keep_error_messages:
        foreign = _str(error)
        if foreign and foreign in words and (len(foreign) > 2 or words.endswith(foreign)):
            words = words.replace(foreign, f"{type(error).__name__} at {_place(error) or 'an unknown place'}")
    return _text(words)


# --- The spool --------------------------------------------------------------------------------------------------------


class _Lane:
    """The part of the spool of one process: a folder that it holds a lock on for as long as it lives."""

    def __init__(self, path: str, lock: int) -> None:
        self.path = path
        self.lock = lock
        self.names: Dict[str, str] = {}
        # Whether it was recorded with another token, and what the server makes of that.
        self.is_foreign = False
        self.is_refused = False
        self.offset = 0
        self._segments = sorted(int(name[:-7]) for name in os.listdir(path) if re.fullmatch(r"\d+\.ndjson", name))
        self._sizes = {number: os.path.getsize(self._file(number)) for number in self._segments}
        self.bytes = sum(self._sizes.values())
        with contextlib.suppress(OSError):
            with open(os.path.join(path, "names"), encoding="utf-8", errors="replace") as file:
                for line in file:
                    # One may be torn.
                    with contextlib.suppress(ValueError, TypeError):
                        self.names.update(json.loads(line))

    @classmethod
    def hold(cls, path: str, forced: bool = False) -> Optional["_Lane"]:
        """None for one that another process holds, or has just removed."""
        lock = os.open(os.path.join(path, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            elif not forced:
                raise BlockingIOError
            if not os.path.samestat(os.stat(os.path.join(path, "lock")), os.fstat(lock)):
                raise BlockingIOError
            return cls(path, lock)
        except OSError:
            os.close(lock)
            return None

    def append(self, text: bytes) -> None:
        """All of it or nothing.

        Raises OSError."""
        if not self._segments or self._sizes[self._segments[-1]] > _SEGMENT_BYTES:
            number = self._segments[-1] + 1 if self._segments else 1
            self._segments.append(number)
            self._sizes[number] = 0
        number = self._segments[-1]
        file = os.open(self._file(number), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            rest = memoryview(text)
            while rest:
                rest = rest[os.write(file, rest) :]
            self._sizes[number] += len(text)
            self.bytes += len(text)
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(file, self._sizes[number])
            raise
        finally:
            os.close(file)

    def read(self, most_lines: int) -> Tuple[List[bytes], int]:
        """The oldest whole lines and their bytes. Raises OSError."""
        while self._segments:
            try:
                with open(self._file(self._segments[0]), "rb") as file:
                    file.seek(self.offset)
                    text = file.read(_BATCH_BYTES)
                    if b"\n" not in text:
                        # One line that is longer than a batch is not a torn one.
                        text += file.readline()
            except FileNotFoundError:
                text = b""
            lines = text.split(b"\n")[:most_lines] if text.count(b"\n") >= most_lines else text.split(b"\n")[:-1]
            if lines:
                return lines, sum(map(len, lines)) + len(lines)
            # What a killed process left torn was not told to anybody.
            self._drop_segment()
        return [], 0

    def done(self, size: int) -> None:
        self.offset += size
        self.bytes -= size
        if self._segments and self.offset >= self._sizes[self._segments[0]]:
            self._drop_segment()

    def _drop_segment(self) -> None:
        number = self._segments.pop(0)
        self.bytes -= self._sizes.pop(number) - self.offset
        self.offset = 0
        with contextlib.suppress(OSError):
            os.remove(self._file(number))

    def keep_names(self, names: Dict[str, str]) -> None:
        """For whoever goes on here."""
        with contextlib.suppress(OSError):
            with open(os.path.join(self.path, "names"), "a", encoding="utf-8") as file:
                # What a killed process left torn has no end.
                file.write("\n" + _encode(names) + "\n")

    def release(self) -> None:
        if self.bytes <= 0:
            for name in ("names", "lock"):
                with contextlib.suppress(OSError):
                    os.remove(os.path.join(self.path, name))
            with contextlib.suppress(OSError):
                os.rmdir(self.path)
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.lock)

    def _file(self, number: int) -> str:
        return os.path.join(self.path, f"{number:08d}.ndjson")


class _Spool:
    """The folder of a server. The name of a lane says with which token it was recorded: a sync belongs to the name of its
    token, so that another program's would be refused, or would begin it once more as its own."""

    def __init__(self, settings: Settings) -> None:
        digest = hashlib.sha256(settings.server.encode()).hexdigest()[:12]
        self.folder = os.path.join(settings.spool_dir, digest)
        self.token_digest = settings.token_digest
        self.others: List[_Lane] = []
        self.refused: List[str] = []
        os.makedirs(settings.spool_dir, mode=0o700, exist_ok=True)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        if settings.own_spool_dir and hasattr(os, "getuid"):
            found = os.lstat(settings.spool_dir)
            if found.st_uid != os.getuid() or os.path.islink(settings.spool_dir):
                raise PermissionError("The spool folder belongs to somebody else.")

    def own(self) -> _Lane:
        for _ in range(9):
            name = os.urandom(6).hex() + (f"-{self.token_digest}" if self.token_digest else "")
            path = os.path.join(self.folder, name)
            os.mkdir(path, 0o700)
            with contextlib.suppress(FileNotFoundError):
                lane = _Lane.hold(path, forced=True)
                if lane is not None:
                    lane.names = _names
                    if _names:
                        lane.keep_names(_names)
                    return lane
        raise OSError("The spool folder cannot be locked.")

    def adopt(self, own: Optional[_Lane], asked: bool = False) -> None:
        """Takes over what processes left that are gone: of this token or of none, or when a person asked for it, of any."""
        passed = {lane.path for lane in self.others} | {*self.refused} | ({own.path} if own else set())
        for name in sorted(os.listdir(self.folder)):
            path = os.path.join(self.folder, name)
            found = re.fullmatch(r"[\da-f]{12}(?:-([\da-f]{12}))?", name)
            if path in passed or found is None or not (asked or found[1] in (None, self.token_digest)):
                continue
            with contextlib.suppress(OSError):
                lane = _Lane.hold(path, asked)
                if lane is not None and lane.bytes > 0:
                    lane.is_foreign = (found[1] or "") != self.token_digest
                    self.others.append(lane)
                elif lane is not None:
                    lane.release()

    def refuse(self, lane: _Lane) -> None:
        """Leaves it to whoever has its token."""
        self.others.remove(lane)
        self.refused.append(lane.path)
        lane.close()

    def waiting(self) -> Tuple[int, int]:
        """Processes that left something, and the bytes of it."""
        sizes: List[int] = []
        for folder, _, files in os.walk(self.folder):
            size = 0
            for name in files:
                with contextlib.suppress(OSError):
                    size += os.path.getsize(os.path.join(folder, name)) if name.endswith(".ndjson") else 0
            sizes += [size] if size else []
        return len(sizes), sum(sizes)


# --- Sending ----------------------------------------------------------------------------------------------------------


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """To follow one would hand the token to another place."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class _Answer:
    def __init__(self, kind: str, error: str = "", report: Optional[Event] = None, after_s: Optional[float] = None) -> None:
        self.kind = kind
        self.error = error
        self.report = report or {}
        self.after_s = after_s


def _open(settings: Settings, request: urllib.request.Request) -> Tuple[int, bytes, Any]:
    """Raises OSError, HTTPException or ValueError when there is no answer."""
    proxies = urllib.request.ProxyHandler({}) if settings.loopback else urllib.request.ProxyHandler()
    opener = urllib.request.build_opener(_NoRedirects(), proxies)
    request.add_header("User-Agent", f"canvas-sync-monitor-python/{__version__}")
    try:
        with opener.open(request, timeout=_REQUEST_S) as response:
            return response.status, response.read(8 * _MIB), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(8 * _MIB), error.headers


def _reason(error: BaseException) -> str:
    """What is wrong, without the address."""
    cause = getattr(error, "reason", error)
    return type(cause if isinstance(cause, BaseException) else error).__name__


def _post(settings: Settings, lines: List[bytes]) -> _Answer:
    if settings.refusal is not None:
        return _Answer("refused", settings.refusal)
    body = b"\n".join(lines) + b"\n"
    headers = {"Content-Type": "application/x-ndjson"}
    if len(body) > 1024:
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    try:
        request = urllib.request.Request(f"{settings.server}{_API}/ingest", body, headers, method="POST")
        status, text, answered = _open(settings, request)
    except Exception as error:
        return _Answer("later", f"The server cannot be reached ({_reason(error)}).")
    if status in (200, 422):
        with contextlib.suppress(ValueError, RecursionError):
            report = json.loads(text)
            if isinstance(report, dict) and isinstance(report.get("errors"), list) and "accepted" in report:
                return _Answer("taken", report=report)
        return _Answer("later", "The server answered in a form that is not known.")
    if status == 413:
        return _Answer("too_large")
    if status in (408, 429) or status >= 500:
        after_s = min(3600.0, _amount(answered.get("Retry-After")))
        return _Answer("later", f"The server answered {status}.", after_s=after_s)
    if status in (401, 403):
        return _Answer("refused", f"The server refused the token ({status}).")
    return _Answer("refused", f"The server answered {status}: its address or version is not the right one.")


_TIMES = ("at", "started_at", "finished_at")


class _Reporter:
    """The events of this process: the queue, the thread that empties it into the spool, and the spool to the server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pid = os.getpid()
        self.run = os.urandom(4).hex()
        self.lock = threading.RLock()
        self.running: Dict[str, "_Sync"] = {}
        self.connected: Optional[bool] = None
        self.delivered = 0
        self.lost = 0
        self.error: Optional[str] = None
        self._queue: Deque[Tuple[bytes, bool]] = deque()
        self._queue_bytes = 0
        self._local: List[Tuple[str, str]] = []
        self._io = threading.RLock()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._closing_at: Optional[float] = None
        self._last_try = -math.inf
        self._next_try = -math.inf
        self._next_adopt = -math.inf
        self._next_measure = -math.inf
        self._disk_retry = -math.inf
        self._told: Dict[str, float] = {}
        self._failures = 0
        self._full = False
        self._asked = False
        self._sends_memory = False
        self._posting = False
        self._persisted_at = -math.inf
        self._most_lines = _BATCH_LINES
        self._spool: Optional[_Spool] = None
        self._lane: Optional[_Lane] = None

    def put(self, line: bytes, droppable: bool, urgent: bool = False) -> bool:
        """Takes an event, with the lock held; False when there is no room for it."""
        if self._queue_bytes > (_MEMORY_BYTES if droppable else 2 * _MEMORY_BYTES) or (droppable and self._full):
            self.lost += 1
            return False
        self._queue.append((line, droppable))
        self._queue_bytes += len(line)
        if urgent:
            self._hurry.set()
        if not self._wake.is_set():
            self._wake.set()
            self._ensure_thread()
        return True

    def put_local(self, stream: str, line: str) -> None:
        if len(self._local) < 10_000:
            self._local.append((stream, line))
            self._wake.set()
            self._ensure_thread()

    def relieve(self) -> None:
        """While the thread waits for the server, the job itself writes to the disk."""
        late = self._posting and time.monotonic() >= self._persisted_at + _GATHER_S
        if (late or self._queue_bytes > _MIB) and self._disk_takes() and self._io.acquire(blocking=False):
            try:
                self._persist()
            finally:
                self._io.release()

    def flush(self, wait_s: float) -> bool:
        """Writes what was recorded to the disk; the thread may wait for the server meanwhile. Says whether it is there."""
        self._hurry.set()
        if self._io.acquire(timeout=wait_s):
            try:
                self._persist()
            finally:
                self._io.release()
        if self._thread is None or not self._thread.is_alive():
            self._ensure_thread()
        if self._thread is None:
            self._cycle_safely()
        return not self._queue

    def close(self, wait_s: float) -> None:
        self._closing_at = time.monotonic() + wait_s
        self._next_try = -math.inf
        self._hurry.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            thread.join(wait_s + 0.5)
            if thread.is_alive():
                return
        else:
            self._cycle_safely()
        with self._io:
            if self._spool is not None and self._lane is not None:
                for lane in [*self._spool.others, self._lane]:
                    lane.release()
                self._spool = self._lane = None

    def forget(self) -> None:
        """In a forked child: the folders are its parent's."""
        for lane in [*(self._spool.others if self._spool else []), *([self._lane] if self._lane else [])]:
            lane.close()

    @property
    def waiting(self) -> bool:
        others = self._spool is not None and bool(self._spool.others)
        return bool(self._queue) or others or (self._lane is not None and self._lane.bytes > 0)

    def _ensure_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        thread = threading.Thread(target=self._main, name="canvas-sync-monitor", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError:
            # At the interpreter's end, or where threads are not allowed: the end of a sync writes and sends.
            self._thread = None
            return
        for name in ("multiprocessing.util", "billiard.util"):
            # Their children end without atexit.
            with contextlib.suppress(Exception):
                if name in sys.modules:
                    sys.modules[name].Finalize(None, _at_exit, exitpriority=100)
        # Those of Celery end without these as well, a second after their last task.
        with contextlib.suppress(Exception):
            if "celery.signals" in sys.modules:
                sys.modules["celery.signals"].worker_process_shutdown.connect(_at_process_shutdown, weak=False)

    def _main(self) -> None:
        while True:
            self._wake.wait(self._pause_s())
            if self._closing_at is None:
                self._hurry.wait(_GATHER_S)
            hurried = self._hurry.is_set()
            self._wake.clear()
            self._hurry.clear()
            self._cycle_safely(hurried)
            if self._closing_at is not None:
                return

    def _pause_s(self) -> Optional[float]:
        now = time.monotonic()
        if self.waiting:
            return max(0.01, min(max(self._next_try, self._last_try + _SEND_EVERY_S) - now, _ADOPT_S))
        if not self.running:
            return None
        beats = [each.next_beat - now for each in list(self.running.values()) if each.announced]
        return max(0.05, self._next_try - now, min(beats, default=_HEARTBEAT_S))

    def _cycle_safely(self, hurried: bool = True) -> None:
        try:
            self._cycle(hurried)
        except Exception as error:
            self._fail(f"Reporting failed ({type(error).__name__}).")
            self._next_try = time.monotonic() + 5

    def _cycle(self, hurried: bool) -> None:
        with self._io:
            self._persist()
            self._adopt()
        if not hurried and time.monotonic() < self._last_try + _SEND_EVERY_S:
            return
        found = True
        while found:
            now = time.monotonic()
            if now < self._next_try or (self._closing_at is not None and now > self._closing_at):
                return
            found = False
            for lane in [self._lane, *(self._spool.others if self._spool else [])]:
                found = self._deliver(lane) or found
                if time.monotonic() < self._next_try:
                    return
            with self._io:
                self._persist()
                much = self._lane is None or self._lane.bytes > _BATCH_BYTES // 8
            # The little that came meanwhile is sent with what comes next.
            if not much and self._closing_at is None and not (self._spool and self._spool.others):
                return

    def _deliver(self, lane: Optional[_Lane]) -> bool:
        """One batch of a lane, so that the news need not wait for a long past; says whether there was one."""
        own = lane is None or lane is self._lane
        with self._io:
            if own:
                # The job may have made it since.
                lane = self._lane
            lines, size = self._read(lane)
            queued: List[Tuple[bytes, bool]] = []
            if own and not lines and (lane is None or time.monotonic() < self._disk_retry):
                # The disk takes nothing.
                with self.lock:
                    queued = list(itertools.islice(self._queue, self._most_lines))
                lines = [line for line, _ in queued]
                self._sends_memory = bool(queued)
        beats = self._beats(lane) if own else []
        if not lines and not beats:
            if lane is not None and not own and self._spool is not None:
                self._spool.others.remove(lane)
                lane.release()
            return False
        taken = False
        try:
            taken = self._send(lane, lines, beats)
        finally:
            # In one step: what is in memory goes to the disk as soon as it is not being sent, and is taken out once.
            with self._io, self.lock:
                self._sends_memory = False
                if taken and queued:
                    self._take_out(queued)
                elif taken and lane is not None and lines:
                    lane.done(size)
        if lane is not None and lane.is_refused and self._spool is not None:
            self._spool.refuse(lane)
            return False
        return bool(lines) or not taken

    def _read(self, lane: Optional[_Lane]) -> Tuple[List[bytes], int]:
        if lane is None:
            return [], 0
        try:
            return lane.read(self._most_lines)
        except OSError as error:
            self._fail(f"The spool cannot be read ({type(error).__name__}).")
            self._next_try = time.monotonic() + 5
            return [], 0

    def _send(self, lane: Optional[_Lane], lines: List[bytes], beats: List[bytes]) -> bool:
        """Whether the server has taken them, or will never."""
        ahead_ms = math.inf
        while True:
            sent = self._as_sent(lane, lines, ahead_ms)
            self._last_try = time.monotonic()
            self._posting = True
            answer = _post(self.settings, sent + beats)
            self._posting = False
            if answer.kind == "too_large":
                if len(lines) > 1:
                    self._most_lines = max(1, len(lines) // 2)
                    return self._halves(lane, lines)
                self.lost += len(lines)
                self._fail("An event is too large for the server.")
                return True
            if answer.kind != "taken":
                self._put_off(answer)
                return False
            if self.connected is False:
                _log.info("The server of canvas-sync-monitor is back.")
            self.connected, self.error, self._failures = True, None, 0
            self._most_lines = min(_BATCH_LINES, self._most_lines * 2)
            errors = [each for each in answer.report["errors"] if isinstance(each, dict)]
            # A clock of ours that is ahead must not cost an event: what was taken is a duplicate when it comes again.
            earliest_ms = min(
                (_amount(event.get(str(error.get("parameter")))) for error, event in _refused(errors, sent, "time_ahead")),
                default=math.inf,
            )
            if earliest_ms < ahead_ms:
                ahead_ms = earliest_ms
                continue
            if lane is not None and lane.is_foreign and _refused(errors, sent, "not_your_sync"):
                # What of it was told with its own token is not known. Sent under another name it would be there twice.
                lane.is_refused = True
                self._fail("What waits here was recorded with another token: `send` delivers it with that one.")
                return False
            if _whole(answer.report.get("rejected")) > len(errors) and len(lines) > 1:
                return self._halves(lane, lines)
            taken = _refused(errors, sent, "task_id_taken") + _refused(errors, sent, "not_your_sync")
            starts = [event for _, event in taken if event["type"] == "start"]
            renamed = [_rename(lane, _run_of(event), event["task_id"]) for event in starts]
            if any(renamed):
                continue
            self._learn(sent, errors)
            return True

    def _learn(self, sent: List[bytes], errors: List[Event]) -> None:
        told = [each for each in errors if isinstance(each.get("index"), int) and each["index"] < len(sent)]
        self.delivered += len(sent) - len(told)
        self.lost += len(told)
        if told:
            self._fail(f"The server took {len(told)} events for wrong: {told[0].get('error')}")
        for line in sent:
            if line.startswith(b'{"type":"start"'):
                sync = self.running.get(_run_of(json.loads(line)))
                if sync is not None:
                    sync.announced = True

    def _as_sent(self, lane: Optional[_Lane], lines: List[bytes], ahead_ms: float) -> List[bytes]:
        names = lane.names if lane is not None else _names
        if not names and ahead_ms == math.inf:
            return lines
        sent = []
        for line in lines:
            event = _parsed(line)
            if event is not None:
                event["task_id"] = names.get(_run_of(event), event["task_id"])
                for name in _TIMES:
                    if _amount(event.get(name)) >= ahead_ms:
                        del event[name]
                line = _encode(event).encode()
            sent.append(line)
        return sent

    def _halves(self, lane: Optional[_Lane], lines: List[bytes]) -> bool:
        middle = (len(lines) + 1) // 2
        return self._send(lane, lines[:middle], []) and self._send(lane, lines[middle:], [])

    def _put_off(self, answer: _Answer) -> None:
        self.connected = False
        self._fail(answer.error)
        step_s = _LONGEST_PAUSE_S if answer.kind == "refused" else min(_LONGEST_PAUSE_S, 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._asked = bool(answer.after_s)
        pause_s = max(step_s * (1 - random.random() / 2), answer.after_s or 0)
        self._next_try = time.monotonic() + (math.inf if self._closing_at is not None else pause_s)

    def hurry_up(self) -> None:
        """A job that starts may have the server tried before its time, but not more often than each second."""
        if not self._asked and time.monotonic() - self._last_try > 1:
            self._next_try = min(self._next_try, time.monotonic())

    def _fail(self, error: str) -> None:
        now = time.monotonic()
        if now >= self._told.get(error, -math.inf) + _LONGEST_PAUSE_S:
            if len(self._told) > 100:
                self._told.clear()
            self._told[error] = now
            _log.warning("%s", error)
        self.error = error

    def _beats(self, lane: Optional[_Lane]) -> List[bytes]:
        now = time.monotonic()
        beats = []
        for run, sync in list(self.running.items()):
            if not sync.announced or now < sync.next_beat:
                continue
            sync.next_beat = now + _HEARTBEAT_S
            name = (lane.names if lane is not None else _names).get(run, sync.task_id)
            event = {"type": "heartbeat", "task_id": name, "running_ms": sync.running_ms()}
            beats.append(_encode(event).encode())
        return beats

    def _persist(self) -> None:
        """Moves the queue into the spool."""
        with self.lock:
            for run, sync in list(self.running.items()):
                if sync.tracker() is not None:
                    sync.put_state(only_news=True)
                else:
                    del self.running[run]
                    sync.let_go()
            local, self._local = self._local, []
            taken = list(self._queue) if self._disk_takes() else []
        self._write_local(local)
        if not taken:
            return
        try:
            if self._lane is None:
                self._spool = self._spool or _Spool(self.settings)
                self._lane = self._spool.own()
            self._measure()
            self._lane.append(b"".join(line + b"\n" for line, _ in taken))
        except (OSError, ValueError) as error:
            self._disk_retry = time.monotonic() + 5
            self._fail(f"The spool cannot be written ({type(error).__name__}).")
            return
        self._persisted_at = time.monotonic()
        with self.lock:
            self._take_out(taken)

    def _disk_takes(self) -> bool:
        return not self._sends_memory and time.monotonic() >= self._disk_retry

    def _take_out(self, events: List[Tuple[bytes, bool]]) -> None:
        for line, _ in events:
            self._queue.popleft()
            self._queue_bytes -= len(line)

    def _measure(self) -> None:
        """Beyond the limit lines are dropped; starts, ends and counters are not."""
        now = time.monotonic()
        if self._spool is None or self._lane is None or (self._lane.bytes < _MIB and not self._full):
            return
        if now >= self._next_measure:
            self._next_measure = now + 2
            self._full = self._spool.waiting()[1] > self.settings.spool_limit_bytes

    def _adopt(self) -> None:
        if self._spool is not None and time.monotonic() >= self._next_adopt:
            self._next_adopt = time.monotonic() + _ADOPT_S
            with contextlib.suppress(OSError):
                self._spool.adopt(self._lane)

    def _write_local(self, lines: List[Tuple[str, str]]) -> None:
        folder = self.settings.local_log_dir
        if not folder or not lines:
            return
        by_stream: Dict[str, str] = {}
        for stream, line in lines:
            by_stream[stream] = by_stream.get(stream, "") + line + "\n"
        try:
            os.makedirs(folder, exist_ok=True)
            for stream, text in by_stream.items():
                # One write, opened anew each time: several processes may write, and logrotate may rename.
                file = os.open(os.path.join(folder, f"{stream}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
                try:
                    os.write(file, text.encode())
                finally:
                    os.close(file)
        except OSError as error:
            self._fail(f"The local logs cannot be written ({type(error).__name__}).")

    def send_everything(self) -> bool:
        """For the `send` command: delivers what processes left that are gone. Says whether nothing of it is left."""
        self._spool = _Spool(self.settings)
        self._spool.adopt(None, asked=True)
        self._next_adopt = math.inf
        self._closing_at = math.inf
        lanes = list(self._spool.others)
        for lane in lanes:
            while self._deliver(lane):
                if time.monotonic() < self._next_try:
                    break
        left = any(lane.bytes > 0 for lane in lanes)
        for lane in self._spool.others:
            lane.release()
        return not left


# Under which name the server knows the syncs of this process whose task id was taken. They outlive configure() and a fork.
_names: Dict[str, str] = {}


def _rename(lane: Optional[_Lane], run: str, task_id: str) -> bool:
    """Sends the events of a sync under another name, from now on."""
    names = lane.names if lane is not None else _names
    if run in names:
        return False
    if len(names) > 10_000:
        del names[next(iter(names))]
    names[run] = f"{task_id[: 254 - len(run)]}#{run}"
    if lane is not None:
        lane.keep_names({run: names[run]})
    return True


def _parsed(line: bytes) -> Optional[Event]:
    with contextlib.suppress(ValueError):
        event = json.loads(line)
        if isinstance(event, dict) and isinstance(event.get("task_id"), str):
            return event
    return None


def _run_of(event: Event) -> str:
    """Which sync an event is of, whatever its task id became: its ids begin with it."""
    return re.split(r"[.-]", str(event.get("id", "")), maxsplit=1)[0]


def _refused(errors: List[Event], sent: List[bytes], code: str) -> List[Tuple[Event, Event]]:
    found = []
    for error in errors:
        index = error.get("index")
        if error.get("code") == code and isinstance(index, int) and 0 <= index < len(sent):
            event = _parsed(sent[index])
            if event is not None:
                found.append((error, event))
    return found


# --- One reporter in each process -------------------------------------------------------------------------------------

_given: Dict[str, Any] = {}
_made = threading.RLock()
_reporter: Optional[_Reporter] = None
_settings_now: Optional[Settings] = None


def configure(**settings: Any) -> None:
    """Settings for this process: server, token, token_file, read_token, spool_dir, spool_limit_mb, local_log_dir,
    keep_error_messages, allow_insecure, disabled. Each can stand in the environment as CANVAS_SYNC_<NAME>."""
    global _reporter, _settings_now
    with _made:
        _given.update(settings)
        before, _reporter, _settings_now = _reporter, None, None
    if before is not None:
        before.close(_EXIT_S)
        with _made:
            _get_reporter().running.update(before.running)


def _settings() -> Settings:
    global _settings_now
    with _made:
        if _settings_now is None:
            _settings_now = Settings(**_given)
        return _settings_now


def _get_reporter() -> _Reporter:
    global _reporter
    reporter = _reporter
    if reporter is None or reporter.pid != os.getpid():
        with _made:
            if _reporter is None or _reporter.pid != os.getpid():
                _reporter = _Reporter(_settings())
            reporter = _reporter
    return reporter


def flush(wait_s: float = 2.0) -> bool:
    """Waits until what was recorded is on the disk, or delivered. Says whether it is."""
    return _reporter is None or _reporter.flush(wait_s)


def health() -> Dict[str, Any]:
    """How reporting goes: connected, waiting, delivered_events, lost_events, last_error."""
    reporter = _get_reporter()
    return {
        "connected": reporter.connected,
        "waiting": reporter.waiting,
        "delivered_events": reporter.delivered,
        "lost_events": reporter.lost,
        "last_error": reporter.error,
    }


def _at_exit() -> None:
    reporter = _reporter
    if reporter is None or reporter.pid != os.getpid():
        return
    with contextlib.suppress(Exception):
        for sync in list(reporter.running.values()):
            tracker = sync.tracker()
            # What nobody holds is told by the reporter.
            if tracker is not None:
                tracker.process_ended(None if hasattr(sys, "ps1") else getattr(sys, "last_value", None))
        reporter.close(_EXIT_S)


def _at_process_shutdown(**_: Any) -> None:
    _at_exit()


# The reporter that this thread has locked for a fork: another thread may configure() meanwhile.
_forking = threading.local()


def _before_fork() -> None:
    reporter = _forking.reporter = _reporter
    if reporter is not None:
        reporter.lock.acquire()


def _after_fork_here() -> None:
    if _forking.reporter is not None:
        _forking.reporter.lock.release()


def _after_fork_in_child() -> None:
    global _reporter, _made
    parents = {_forking.reporter, _reporter}
    _reporter, _made = None, threading.RLock()
    for parent in parents:
        if parent is not None:
            parent.forget()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_here, after_in_child=_after_fork_in_child)


def _harmless(function: Function) -> Function:
    """The job must not suffer from what it hands over."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            _pass_on(error)
            _log.warning("%s could not be recorded (%s).", function.__name__, type(error).__name__)
            return None

    return cast(Function, call)


# --- The tracker ------------------------------------------------------------------------------------------------------

_COUNTERS = (
    "courses_processed", "courses_created", "courses_updated", "assignments_processed", "assignments_created",
    "assignments_updated", "submissions_processed", "submissions_created", "submissions_updated", "grades_processed",
    "grades_updated", "api_calls_made", "api_calls_failed", "api_rate_limit_hits", "db_operations",
    "total_data_size_bytes", "records_lost",
)  # fmt: skip
_AMOUNTS = ("total_api_duration_ms", "db_duration_ms", "api_request_cost")


class SyncMetrics:
    """What a sync has counted, under the names of the columns. Times are naive UTC, as they were in the earlier model."""

    def __init__(self, sync_task_id: str, user_id: Optional[Id], sync_type: str) -> None:
        self.id: Optional[int] = None
        self.sync_task_id = sync_task_id
        self.user_id = user_id
        self.sync_type = sync_type
        self.sync_status = "in_progress"
        self.error_message: Optional[str] = None
        self.sync_start_time = _utc_now()
        self.sync_end_time: Optional[datetime] = None
        self.total_duration_seconds: Optional[float] = None
        self.target_course_id: Optional[Id] = None
        self.courses_processed = self.courses_created = self.courses_updated = 0
        self.assignments_processed = self.assignments_created = self.assignments_updated = 0
        self.submissions_processed = self.submissions_created = self.submissions_updated = 0
        self.grades_processed = self.grades_updated = 0
        self.api_calls_made = self.api_calls_failed = self.api_rate_limit_hits = 0
        self.total_api_duration_ms = 0.0
        self.api_request_cost = 0.0
        self.db_operations = 0
        self.db_duration_ms = 0.0
        self.total_data_size_bytes = 0
        self.records_lost = 0
        self.incremental_sync = False
        self.use_pagination = True
        self.chunk_size: Optional[int] = None
        self.sync_metadata: Optional[Dict[str, Any]] = None

    def to_dict(self) -> Dict[str, Any]:
        def of(noun: str, *names: str) -> Dict[str, int]:
            return {name: getattr(self, f"{noun}_{name}") for name in names}

        end = self.sync_end_time
        return {
            "id": self.id,
            "sync_task_id": self.sync_task_id,
            "user_id": self.user_id,
            "sync_start_time": self.sync_start_time.isoformat(),
            "sync_end_time": end.isoformat() if end is not None else None,
            "total_duration_seconds": self.total_duration_seconds,
            "sync_status": self.sync_status,
            "error_message": self.error_message,
            "sync_type": self.sync_type,
            "target_course_id": self.target_course_id,
            **{noun: of(noun, "processed", "created", "updated") for noun in ("courses", "assignments", "submissions")},
            "grades": of("grades", "processed", "updated"),
            "api_metrics": {
                "calls_made": self.api_calls_made,
                "calls_failed": self.api_calls_failed,
                "total_duration_ms": self.total_api_duration_ms,
                "rate_limit_hits": self.api_rate_limit_hits,
            },
            "database_metrics": {"operations": self.db_operations, "duration_ms": self.db_duration_ms},
            "data_size_bytes": self.total_data_size_bytes,
            "incremental_sync": self.incremental_sync,
            "use_pagination": self.use_pagination,
            "chunk_size": self.chunk_size,
            "metadata": self.sync_metadata,
        }

    @property
    def _sa_instance_state(self) -> Any:
        """Lets `db.session.add(metrics)`, which the earlier jobs do, change nothing in the database."""
        return _unsaved_state(self)


@functools.lru_cache(maxsize=1)
def _unsaved_class() -> Any:
    sqlalchemy, orm = importlib.import_module("sqlalchemy"), importlib.import_module("sqlalchemy.orm")
    key = sqlalchemy.Column("id", sqlalchemy.String, primary_key=True)
    kind = type("Nothing", (), {})
    orm.registry().map_imperatively(kind, sqlalchemy.Table("canvas_sync_monitor_nothing", sqlalchemy.MetaData(), key))
    return kind


def _unsaved_state(metrics: SyncMetrics) -> Any:
    if "sqlalchemy" not in sys.modules:
        raise AttributeError("_sa_instance_state")
    nothing = metrics.__dict__.get("_nothing")
    if nothing is None:
        nothing = _unsaved_class()()
        nothing.id = os.urandom(12).hex()
        importlib.import_module("sqlalchemy.orm").make_transient_to_detached(nothing)
        metrics.__dict__["_nothing"] = nothing
    return nothing._sa_instance_state


def _utc_now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


# Weak, as in the reporter: a sync of which only we know would run as long as the process.
_current: "contextvars.ContextVar[Optional[weakref.ref[CanvasSyncMetricsTracker]]]"
_current = contextvars.ContextVar("sync", default=None)


def current_tracker() -> Optional["CanvasSyncMetricsTracker"]:
    """The sync that this thread or task runs, or the only one that this process runs."""
    tracker = _tracker_here()
    if tracker is not None:
        return tracker
    running = _running_trackers()
    return running[0] if len(running) == 1 else None


def _tracker_here() -> Optional["CanvasSyncMetricsTracker"]:
    reference = _current.get()
    tracker = reference() if reference is not None else None
    return tracker if tracker is not None and not tracker.finished else None


def _running_trackers() -> List["CanvasSyncMetricsTracker"]:
    syncs = list(_reporter.running.values()) if _reporter is not None else []
    return [tracker for tracker in (sync.tracker() for sync in syncs) if tracker is not None]


@contextlib.contextmanager
def _recording() -> Iterator[None]:
    reporter = _get_reporter()
    with reporter.lock:
        yield
    # Without the lock: another thread that records does not wait for the disk.
    reporter.relieve()


class _Sync:
    """What is told of a sync. It ends also when the job let go of its tracker."""

    def __init__(self, tracker: "CanvasSyncMetricsTracker", run: str, metrics: SyncMetrics) -> None:
        self.tracker = weakref.ref(tracker)
        self.run = run
        self.task_id = metrics.sync_task_id
        self.metrics = metrics
        self.pid = os.getpid()
        self.finished = False
        self.may_be_empty = False
        self.announced = False
        self.is_dirty = False
        self.started = time.monotonic()
        self.next_beat = self.started + _HEARTBEAT_S
        self._number = 0
        self._next_state = 0.0

    def running_ms(self) -> int:
        return int((time.monotonic() - self.started) * 1000)

    def start(self, facts: Event) -> None:
        at = _now_ms()
        start: Event = {"at": at, "started_at": at, **facts, "host": _name(socket.gethostname())}
        start.update(use_pagination=self.metrics.use_pagination, **self._facts("incremental", "metadata"))
        reporter = _get_reporter()
        with reporter.lock:
            self.put("start", start, urgent=True)
            if reporter.settings.enabled:
                reporter.running[self.run] = self

    def finish(self, status: str, told: Event, message: Optional[str]) -> None:
        reporter = _get_reporter()
        with reporter.lock:
            running_s = time.monotonic() - self.started
            at = _now_ms()
            if not self.finished:
                with contextlib.suppress(Exception):
                    self.put_state()
                metrics = self.metrics
                metrics.sync_status, metrics.error_message = status, message
                metrics.sync_end_time, metrics.total_duration_seconds = _utc_now(), running_s
            self.finished = True
            reporter.running.pop(self.run, None)
            end: Event = {"finished_at": at, "duration_ms": running_s * 1000, **told}
            if self.may_be_empty:
                end["may_be_empty"] = True
            self.put("finish", end, urgent=True)

    def let_go(self) -> None:
        sentence = "The job let go of the sync before it ended."
        self.finish("failed", {"status": "failed", "error_message": sentence}, sentence)

    def put(self, kind: str, event: Event, droppable: Optional[bool] = None, urgent: bool = False) -> None:
        reporter = _get_reporter()
        if not reporter.settings.enabled:
            return
        with reporter.lock:
            run = self.run if self.pid == reporter.pid else f"{self.run}.{reporter.run}"
            head: Event = {"type": kind, "task_id": self.task_id, "id": f"{run}-{self._number}", "at": _now_ms()}
            self._number += 1
            head.update(event)
            can_go = kind not in ("start", "state", "finish") if droppable is None else droppable
            if not reporter.put(_encode(head).encode(), can_go, urgent):
                self.metrics.records_lost += 1
                self.is_dirty = True

    def put_state(self, only_news: bool = False) -> None:
        """The counters as they are: they mend what lines were dropped, and tell what no event told."""
        # A forked child has counted for itself only.
        if self.pid != os.getpid() or self.finished:
            return
        if only_news and not (self.is_dirty and time.monotonic() >= self._next_state):
            return
        self.is_dirty = False
        self._next_state = time.monotonic() + _STATE_S
        metrics = self.metrics
        counters: Dict[str, Union[int, float]] = {name: _whole(getattr(metrics, name, 0)) for name in _COUNTERS}
        counters.update({name: _amount(getattr(metrics, name, 0)) for name in _AMOUNTS})
        event: Event = {"counters": {name: count for name, count in counters.items() if count}}
        event.update(self._facts("incremental_sync", "sync_metadata"), running_ms=self.running_ms())
        with contextlib.suppress(Exception):
            self.put("state", event, droppable=only_news)

    def _facts(self, incremental: str, metadata: str) -> Event:
        metrics = self.metrics
        facts: Event = {"target_course_id": _id_of(metrics.target_course_id), incremental: bool(metrics.incremental_sync)}
        facts["chunk_size"] = _whole(metrics.chunk_size) or None
        with contextlib.suppress(Exception):
            facts[metadata] = None if metrics.sync_metadata is None else _metadata(metrics.sync_metadata)
        return facts


class CanvasSyncMetricsTracker:
    """One running sync. No method raises into the job, but for course(), which passes on what its block raises."""

    def __init__(
        self,
        task_id: Optional[Id] = None,
        user_id: Optional[Id] = None,
        sync_type: str = "all",
        *,
        trigger: str = "manual",
        incremental: bool = False,
        use_pagination: bool = True,
        chunk_size: Optional[int] = None,
        target_course_id: Optional[Id] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        may_be_empty: bool = False,
    ) -> None:
        run = os.urandom(6).hex()
        try:
            self.task_id = _id(task_id) if task_id is not None else f"{run}-{os.urandom(4).hex()}"
        except Exception:
            self.task_id = run
        self.user_id = user_id
        self.sync_type = sync_type
        self.metrics = SyncMetrics(self.task_id, user_id, sync_type)
        self._bad_courses: Dict[str, bool] = {}
        self._sync = _Sync(self, run, self.metrics)
        # Otherwise a run that counts nothing, where those before it did, is failed with unexpected_empty.
        self._sync.may_be_empty = may_be_empty is True
        # The job may ask for it whatever becomes of its record.
        _current.set(weakref.ref(self))
        self._set_out(incremental, use_pagination, chunk_size, target_course_id, metadata)
        self._begin(trigger)

    @property
    def finished(self) -> bool:
        return self._sync.finished

    @_harmless
    def _set_out(self, incremental: Any, use_pagination: Any, chunk_size: Any, course_id: Any, metadata: Any) -> None:
        metrics = self.metrics
        metrics.chunk_size, metrics.target_course_id = chunk_size, course_id
        metrics.sync_metadata = dict(metadata) if isinstance(metadata, Mapping) else None
        metrics.incremental_sync, metrics.use_pagination = bool(incremental), bool(use_pagination)

    @_harmless
    def _begin(self, trigger: str) -> None:
        whose = _id_of(self.user_id)
        self._sync.start({"user_id": whose, "sync_type": _name(self.sync_type), "trigger": _name(trigger)})
        reporter = _get_reporter()
        if reporter.settings.enabled:
            reporter.hurry_up()
            reporter.flush(2.0)

    def __enter__(self) -> "CanvasSyncMetricsTracker":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        good_exit = isinstance(error, SystemExit) and error.code in (None, 0)
        if not self.finished:
            self.complete_success() if error is None or good_exit else self.complete_failure(error)

    def record_course(self, created: Count = False, updated: Count = False, **more: Any) -> None:
        """Also count, course_id and duration_ms, as in the three below."""
        self._count("course", "courses", created, updated, more)

    def record_assignment(self, created: Count = False, updated: Count = False, **more: Any) -> None:
        self._count("assignment", "assignments", created, updated, more)

    def record_submission(self, created: Count = False, updated: Count = False, **more: Any) -> None:
        self._count("submission", "submissions", created, updated, more)

    def record_grade(self, updated: Count = False, **more: Any) -> None:
        self._count("grade", "grades", False, updated, more)

    @_harmless
    def record_api_call(
        self, duration_ms: Any = 0.0, failed: bool = False, endpoint: Any = None, status: Any = None, **more: Any
    ) -> None:
        """A line is written when endpoint and status are given (status None with failed=True: there was no answer). More:
        method, items, page, attempt, request_cost, rate_limit_remaining, bytes, request_id, error_type, course_id."""
        code = _status(status)
        told = endpoint is not None and (code is not None or bool(failed))
        error_type = more.get("error_type")
        if failed and error_type is None and code is not None and code < 400:
            error_type = "job_error"
        bad = bool(failed) or error_type is not None or (code is not None and code >= 400)
        event: Event = {"status": code, "duration_ms": _amount(duration_ms)}
        for name, convert in _CALL_FIELDS.items():
            if more.get(name) is not None:
                event[name] = convert(more[name])
        if error_type is not None:
            event["error_type"] = _name(error_type)
        metrics = self.metrics
        with _recording():
            if not self.finished:
                metrics.api_calls_made += 1
                metrics.api_calls_failed += 1 if bad else 0
                metrics.total_api_duration_ms += event["duration_ms"]
                metrics.api_request_cost += event.get("request_cost", 0)
                metrics.total_data_size_bytes += event.get("bytes", 0)
            if told:
                self._sync.put("api_call", {"endpoint": _endpoint(endpoint), **event})
            else:
                self._sync.is_dirty = True

    @_harmless
    def record_api_rate_limit(self, wait_ms: Any = None, status: Any = None, endpoint: Any = None, **more: Any) -> None:
        event: Event = {"status": _status(status)}
        event["rate_limit_remaining"] = _number(more.get("rate_limit_remaining"))
        if wait_ms is not None:
            event["wait_ms"] = _amount(wait_ms)
        if endpoint is not None:
            event["endpoint"] = _endpoint(endpoint)
        with _recording():
            self.metrics.api_rate_limit_hits += 0 if self.finished else 1
            self._sync.put("rate_limit", event)

    @_harmless
    def record_db_operation(self, duration_ms: Any = 0.0, operation: Any = None, entity: Any = None, **more: Any) -> None:
        """A line is written when operation and entity are given. More: count, batch, course_id."""
        took_ms = _amount(duration_ms)
        with _recording():
            if not self.finished:
                self.metrics.db_operations += 1
                self.metrics.db_duration_ms += took_ms
            if operation is None or entity is None:
                self._sync.is_dirty = True
                return
            kind = _DB_OPERATIONS.get(str(operation).lower(), "sync")
            event: Event = {"operation": kind, "entity": _name(entity), "duration_ms": took_ms}
            if more.get("count") is not None:
                event["count"] = _whole(more["count"])
            if more.get("batch") is not None:
                event["batch"] = bool(more["batch"])
            event["course_id"] = _id_of(more.get("course_id"))
            self._sync.put("db_operation", event)

    @_harmless
    def progress(self, percent: Any = None, current: Any = None, completed: Any = None, total: Any = None) -> None:
        """How far it is: percent from 0 to 100, and what is being done, in words without names of people."""
        done = _number(percent)
        event: Event = {"percent": None if done is None else min(100.0, max(0.0, done))}
        event["current"] = None if current is None else _own_words(current)[:200]
        for name, value in (("completed", completed), ("total", total)):
            event[name] = None if value is None else _whole(value)
        with _recording():
            self._sync.put("progress", event)

    @_harmless
    def record_problem(self, message: str, error_type: str = "job_error") -> None:
        """Something that could not be read for the whole sync: it ends `partial` at best."""
        event = {"error_type": _name(error_type), "message": _own_words(message)}
        with _recording():
            self._sync.put("problem", event, droppable=False)

    @_harmless
    def record_course_outcome(
        self, course_id: Id, outcome: str, reason: Optional[str] = None, error: Optional[BaseException] = None, **more: Any
    ) -> None:
        """What became of a course: completed, failed, skipped, forbidden or frozen. More: duration_ms, api_calls."""
        event: Event = {"course_id": _id(course_id), "outcome": outcome}
        event["reason"] = None if reason is None else _own_words(reason)
        event.update({name: _amount(more[name]) for name in ("duration_ms", "api_calls") if more.get(name) is not None})
        if error is not None:
            event["error_type"] = _error_type(error)
            event["exception"] = _exception(error, _settings().keep_error_messages)
        self._bad_courses[event["course_id"]] = outcome in ("failed", "forbidden")
        with _recording():
            self._sync.put("course_outcome", event, droppable=False)

    @contextlib.contextmanager
    def course(self, course_id: Id, swallow: bool = False) -> Iterator[None]:
        """Tells what became of a course. An exception of the block goes on, or with `swallow` ends this course alone."""
        began = time.monotonic()
        failed: Optional[BaseException] = None
        try:
            yield
        except BaseException as error:
            failed = error
            if not (swallow and isinstance(error, Exception)):
                raise
        finally:
            forbidden = failed is not None and _error_type(failed) == "forbidden"
            outcome = "completed" if failed is None else "forbidden" if forbidden else "failed"
            took_ms = (time.monotonic() - began) * 1000
            self.record_course_outcome(course_id, outcome, error=failed, duration_ms=took_ms)

    def set_target_course(self, course_id: Optional[Id]) -> None:
        self._set("target_course_id", course_id)

    def set_incremental(self, incremental: bool) -> None:
        self._set("incremental_sync", incremental)

    def set_chunk_size(self, chunk_size: Optional[int]) -> None:
        self._set("chunk_size", chunk_size)

    @_harmless
    def add_metadata(self, key: str, value: Any) -> None:
        """Free facts about the run, without personal data."""
        self.metrics.sync_metadata = {**(self.metrics.sync_metadata or {}), str(key): value}
        self._sync.is_dirty = True

    def session(self, session: Any) -> Any:
        """Records every call of a requests.Session, and gives it back."""
        _observe(self, session)
        return session

    def complete_success(self) -> SyncMetrics:
        """Ends the sync as completed, or as partial or failed when courses or problems were told that say so."""
        bad = list(self._bad_courses.values())
        judged = "completed" if not any(bad) else "failed" if all(bad) else "partial"
        self._finish(judged, {}, None)
        return self.metrics

    def complete_failure(self, error: Union[str, BaseException, None] = None) -> SyncMetrics:
        """Ends the sync as failed. The message of an exception stays here: the server gets its class and its place."""
        self._fail(error)
        if not self.finished:
            self._finish("failed", {"status": "failed"}, None)
        return self.metrics

    @_harmless
    def _fail(self, error: Union[str, BaseException, None]) -> None:
        active = error if isinstance(error, BaseException) else sys.exc_info()[1]
        message = "The sync job failed." if error is None else _str(error)
        told: Event = {"status": "failed"}
        if active is not None:
            told["error_type"] = _error_type(active)
            if told["error_type"] == "cancelled":
                told["status"] = "cancelled"
        foreign = active is not None and (isinstance(error, BaseException) or error is None or message == _str(active))
        if foreign and active is not None:
            told["exception"] = _exception(active, _settings().keep_error_messages)
        else:
            told["error_message"] = _own_words(message, active)
        self._finish(told["status"], told, message)

    def cancel(self, reason: Optional[str] = None) -> SyncMetrics:
        self._cancel(reason)
        if not self.finished:
            self._finish("cancelled", {"status": "cancelled"}, None)
        return self.metrics

    @_harmless
    def _cancel(self, reason: Optional[str]) -> None:
        words = "" if reason is None else _own_words(reason)
        told = {"status": "cancelled", "error_message": words or "The sync was cancelled."}
        self._finish("cancelled", told, None if reason is None else _str(reason))

    def save(self) -> SyncMetrics:
        """Not needed: what was recorded goes out by itself."""
        self._sync.is_dirty = True
        return self.metrics

    def to_dict(self) -> Dict[str, Any]:
        return self.metrics.to_dict()

    def process_ended(self, error: Optional[BaseException]) -> None:
        if not self.finished and self._sync.pid == os.getpid():
            self.complete_failure(error if error is not None else "The process ended before the sync did.")

    @_harmless
    def _finish(self, status: str, told: Event, message: Optional[str]) -> None:
        was_here = _tracker_here() is self
        self._sync.finish(status, told, message)
        if was_here:
            _current.set(None)
        reporter = _get_reporter()
        if reporter.settings.enabled:
            reporter.flush(2.0)

    def _set(self, name: str, value: Any) -> None:
        setattr(self.metrics, name, value)
        self._sync.is_dirty = True

    @_harmless
    def _count(self, kind: str, noun: str, created: Count, updated: Count, more: Mapping[str, Any]) -> None:
        made = _counted(created)
        # As ever: what was created was not updated as well.
        changed = 0 if made == 1 and updated is True else _counted(updated)
        count = max(1, made + changed) if more.get("count") is None else _whole(more["count"])
        event: Event = {"updated": changed, "count": count}
        if kind != "grade":
            event["created"] = made
        if more.get("course_id") is not None:
            event["course_id"] = _id(more["course_id"])
        if more.get("duration_ms") is not None:
            event["duration_ms"] = _amount(more["duration_ms"])
        counters = self.metrics.__dict__
        with _recording():
            if not self.finished:
                counters[f"{noun}_processed"] += count
                counters[f"{noun}_updated"] += changed
                if made and kind != "grade":
                    counters[f"{noun}_created"] += made
            self._sync.put(kind, event)

    def put_line(self, stream: str, level: str, event: str, fields: Event, message: str) -> None:
        told = {"stream": stream, "level": level, "event": event, "fields": fields, "message": message}
        with _recording():
            self._sync.put("log", told)


def _endpoint(value: Any) -> str:
    """The path: a query may hold students' names."""
    text = str(value)
    parts = urllib.parse.urlsplit(text) if "://" in text[:12] else None
    return _text(_QUERY.split(parts.path if parts is not None else text, maxsplit=1)[0], 8000)


_CALL_FIELDS: Dict[str, Callable[[Any], Any]] = {
    "method": _name, "items": _whole, "page": _whole, "attempt": _whole, "request_cost": _amount,
    "rate_limit_remaining": _number, "bytes": _whole, "request_id": _name, "course_id": _id, "will_retry": bool,
}  # fmt: skip


@_harmless
def _observe(tracker: CanvasSyncMetricsTracker, session: Any) -> None:
    watchers = getattr(session, "_canvas_sync_trackers", None)
    if watchers is None:
        # A session may outlive many syncs: it is watched once.
        watchers = _Watchers()
        _watch(session, watchers)
        session._canvas_sync_trackers = watchers
    watchers.add(tracker)


class _Watchers:
    """The syncs in which the calls of one session are recorded: each in that of its thread or task, else in the newest."""

    def __init__(self) -> None:
        self._all: "weakref.WeakSet[CanvasSyncMetricsTracker]" = weakref.WeakSet()
        self._newest: "Optional[weakref.ref[CanvasSyncMetricsTracker]]" = None

    def add(self, tracker: CanvasSyncMetricsTracker) -> None:
        self._all.add(tracker)
        self._newest = weakref.ref(tracker)

    def here(self) -> Optional[CanvasSyncMetricsTracker]:
        tracker = _tracker_here()
        if tracker is not None and tracker in self._all:
            return tracker
        newest = self._newest() if self._newest is not None else None
        return newest if newest is not None and not newest.finished else None


def _watch(session: Any, watchers: _Watchers) -> None:
    send = session.send

    @_harmless
    def answered(response: Any, *_: Any, **__: Any) -> None:
        tracker = watchers.here()
        if tracker is None or getattr(response, "told_to_canvas_sync_monitor", False):
            return
        response.told_to_canvas_sync_monitor = True
        request, headers = response.request, response.headers
        took_ms = response.elapsed.total_seconds() * 1000
        facts = {"method": request.method, "rate_limit_remaining": headers.get("X-Rate-Limit-Remaining")}
        facts.update(request_cost=headers.get("X-Request-Cost"), request_id=headers.get("X-Request-Context-Id"))
        facts.update(bytes=headers.get("Content-Length"))
        code = response.status_code
        tracker.record_api_call(took_ms, endpoint=request.url, status=code, **facts)
        if code == 429 or (code == 403 and _number(headers.get("X-Rate-Limit-Remaining")) == 0):
            tracker.record_api_rate_limit(status=code, endpoint=request.url)

    @_harmless
    def unanswered(request: Any, error: Any, took_ms: float) -> None:
        tracker = watchers.here()
        # A redirect is sent from within.
        if tracker is None or getattr(error, "told_to_canvas_sync_monitor", False):
            return
        error.told_to_canvas_sync_monitor = True
        facts = {"method": request.method, "endpoint": request.url, "error_type": _error_type(error)}
        tracker.record_api_call(took_ms, failed=True, **facts)

    @_harmless
    def unhooked(response: Any) -> None:
        # A call with hooks of its own does not come to those of its session.
        for each in [*response.history, response]:
            answered(each)

    def watched(request: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        try:
            response = send(request, **kwargs)
        except Exception as error:
            unanswered(request, error, (time.monotonic() - began) * 1000)
            raise
        unhooked(response)
        return response

    session.hooks.setdefault("response", []).append(answered)
    session.send = watched


def monitored(
    sync_type: str = "all", user_id: str = "user_id", trigger: Optional[str] = None, may_be_empty: bool = False
) -> Callable[[Function], Function]:
    """Runs a function as a sync, which current_tracker() gives. Of a bound Celery task the id is the task id, and each retry
    is a sync of its own. `user_id` names the parameter that says whose it is."""

    def wrap(function: Function) -> Function:
        parameters = inspect.signature(function)

        def begin(args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> "CanvasSyncMetricsTracker":
            task_id, whose, by = None, None, trigger
            try:
                request = getattr(args[0], "request", None) if args else None
                if getattr(request, "id", None) is not None:
                    retries = _whole(getattr(request, "retries", 0))
                    task_id = f"{request.id}#{retries + 1}" if retries else str(request.id)  # type: ignore[union-attr]
                    by = by or "celery"
                whose = parameters.bind(*args, **kwargs).arguments.get(user_id)
            except Exception:
                pass
            said_by = by or "manual"
            return CanvasSyncMetricsTracker(task_id, whose, sync_type, trigger=said_by, may_be_empty=may_be_empty)

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with begin(args, kwargs):
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            with begin(args, kwargs):
                return await function(*args, **kwargs)

        return cast(Function, run_async if inspect.iscoroutinefunction(function) else run)

    return wrap


# --- The log streams --------------------------------------------------------------------------------------------------

_STREAMS = {
    "canvas_sync": "operations", "canvas_sync.api": "api_calls", "canvas_sync.db": "database",
    "canvas_sync.errors": "errors", "canvas_sync.progress": "progress",
}  # fmt: skip
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_line_number = 0


def _level(given: Any) -> str:
    name = str(given).upper()
    return name if name in _LEVELS else "ERROR" if name == "CRITICAL" else "INFO"


def _fields(given: Mapping[str, Any]) -> Event:
    """Those that a log has: what nobody thought of cannot carry a name, a grade or a token."""
    fields: Event = {}
    for given_name, value in given.items():
        name = _EARLIER_FIELDS.get(given_name, given_name)
        if name == "elapsed_seconds":
            name, value = "elapsed_ms", _amount(value) * 1000
        if name in _LOG_FIELDS and value is not None and not isinstance(value, (Mapping, list, tuple, set, bytes)):
            fields[name] = _endpoint(value) if name == "endpoint" else _flat(value)
    return fields


def _write(stream: str, level: str, event: str, given: Mapping[str, Any], message: str, told: bool = False) -> None:
    global _line_number
    name = re.sub(r"[^a-z\d_]", "_", str(event).lower())[:64]
    name = name if _EVENT_NAME.fullmatch(name) else f"e_{name}"[:64]
    fields, message = _fields(given), _text(message)
    tracker = _tracker_of(given)
    if tracker is not None and not told:
        tracker.put_line(stream, level, name, fields, message)
    reporter = _get_reporter()
    if reporter.settings.local_log_dir:
        at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with reporter.lock:
            _line_number += 1
            head: Event = {"timestamp": at, "level": level, "event": name, "task_id": _id_of(given.get("task_id"))}
            head.update(user_id=_id_of(given.get("user_id")), writer=f"py-{reporter.run}", seq=_line_number)
            if tracker is not None:
                head.update(task_id=tracker.task_id, user_id=_id_of(tracker.user_id))
            reporter.put_local(stream, _encode({**head, **fields, "message": message}))


def _tracker_of(given: Mapping[str, Any]) -> Optional[CanvasSyncMetricsTracker]:
    """The sync that a line belongs to: that of its task id, of its user, or the one at hand."""
    running = _running_trackers()
    task_id, user_id = given.get("task_id"), given.get("user_id")
    if task_id is not None:
        named = [each for each in running if each.task_id == str(task_id)]
        return named[0] if named else None
    tracker = current_tracker()
    if tracker is None and user_id is not None:
        of_user = [each for each in running if str(each.user_id) == str(user_id)]
        return of_user[0] if len(of_user) == 1 else None
    return tracker


@_harmless
def log_canvas_sync_event(
    event_type: str, user_id: Any = None, course_id: Any = None, detail_level: str = "INFO", **kwargs: Any
) -> None:
    given = {**kwargs, "user_id": user_id, "course_id": course_id}
    _write("operations", _level(detail_level), event_type, given, f"Canvas sync event: {event_type}")


@_harmless
def log_canvas_api_call(
    method: str, endpoint: str, user_id: Any = None, response_status: Any = None, duration_ms: Any = None, **kwargs: Any
) -> None:
    """A line; tracker.record_api_call counts."""
    status, path = _status(response_status), _endpoint(endpoint)
    given = {**kwargs, "method": method, "endpoint": path, "user_id": user_id, "status": status, "duration_ms": duration_ms}
    given.setdefault("items", kwargs.get("count"))
    given.pop("count", None)
    level = "WARNING" if (status is not None and status >= 400) or "error" in kwargs else "INFO"
    took = "" if duration_ms is None else f" in {_amount(duration_ms):.0f} ms"
    answer = "was called" if status is None else f"answered {status}"
    _write("api_calls", level, "api_call", given, f"{method} {path} {answer}{took}.")


@_harmless
def log_canvas_db_operation(
    operation_type: str, entity_type: str, count: Any = None, course_id: Any = None, **kwargs: Any
) -> None:
    """A line; tracker.record_db_operation counts."""
    given = {**kwargs, "operation": operation_type, "entity": entity_type, "count": count, "course_id": course_id}
    _write("database", "INFO", "db_operation", given, f"Database {operation_type}: {entity_type} (count: {count})")


@_harmless
def log_canvas_progress(
    task_id: Any, user_id: Any = None, progress_percent: Any = None, current_item: Any = None, total_items: Any = None,
    **kwargs: Any,
) -> None:  # fmt: skip
    tracker = _tracker_of({"task_id": task_id, "user_id": user_id})
    if tracker is not None:
        tracker.progress(progress_percent, current_item or None, kwargs.get("completed_items"), total_items)
    given = {"percent": progress_percent, "current": current_item, "total": total_items, "user_id": user_id}
    message = f"Sync progress: {progress_percent}% - {current_item}"
    _write("progress", "INFO", "progress", {**given, "task_id": task_id}, message, told=True)


@_harmless
def log_canvas_error(
    error_msg: Any, user_id: Any = None, course_id: Any = None, operation: Any = None, **kwargs: Any
) -> None:
    active = sys.exc_info()[1]
    given = {**kwargs, "user_id": user_id, "course_id": course_id, "operation": operation}
    if active is not None:
        given.setdefault("error_type", _error_type(active))
    _write("errors", "ERROR", "sync_error", given, f"Canvas sync error in {operation}: {_own_words(error_msg)}")


class CanvasSyncHandler(logging.Handler):
    """Sends the records of the loggers `canvas_sync`, `canvas_sync.api`, `.db`, `.errors` and `.progress`, or of any logger as
    the stream that is given. Of `extra` it takes the fields that a log has."""

    def __init__(self, stream: Optional[str] = None, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("canvas_sync_monitor"):
            return
        try:
            stream = self.stream or _STREAMS.get(record.name, "operations")
            error = record.exc_info[1] if record.exc_info else None
            given = dict(record.__dict__)
            given.pop("created", None)
            if error is not None:
                given["stack"] = f"at {_place(error)}"
                given.setdefault("error_type", _error_type(error))
            event = str(given.get("event_type") or given.get("event") or "log")
            _write(str(stream), _level(record.levelname), event, given, _own_words(record.getMessage(), error))
        except Exception as error:
            _pass_on(error)
            self.handleError(record)


def setup_canvas_sync_logger(use_json_logging: bool = True, log_level: int = logging.INFO) -> None:
    """Sends what is logged to the five loggers of the earlier system, once however often it is called."""
    for name in _STREAMS:
        logger = logging.getLogger(name)
        logger.setLevel(log_level)
        logger.propagate = False
        if not any(isinstance(handler, CanvasSyncHandler) for handler in logger.handlers):
            logger.addHandler(CanvasSyncHandler())


# --- Questions --------------------------------------------------------------------------------------------------------


class CanvasSyncServerError(Exception):
    """The server did not answer a question; `status` is None when it could not be reached."""

    def __init__(self, sentence: str, status: Optional[int] = None) -> None:
        super().__init__(sentence)
        self.status = status


def _get(path: str, query: Mapping[str, Any]) -> Tuple[int, bytes]:
    settings = _settings()
    if settings.refusal is not None:
        raise CanvasSyncServerError(settings.refusal)
    asked = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
    try:
        request = urllib.request.Request(f"{settings.server}{_API}{path}" + (f"?{asked}" if asked else ""))
        if settings.read_token:
            request.add_header("Authorization", f"Bearer {settings.read_token}")
        status, text, _ = _open(settings, request)
        return status, text
    except Exception as error:
        _pass_on(error)
        reason = _reason(error)
    # Without the error itself, which may hold the header with the token.
    raise CanvasSyncServerError(f"The server did not answer ({reason}).")


def _ask(path: str, **query: Any) -> Any:
    status, text = _get(path, query)
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise CanvasSyncServerError("The server answered in a form that is not known.", status) from error
    if status >= 300:
        told = answer.get("error") if isinstance(answer, dict) else None
        raise CanvasSyncServerError(str(told or f"The server answered {status}."), status)
    return answer


def _quoted(part: Any) -> str:
    return urllib.parse.quote(str(part), safe="")


def get_sync_metrics_summary(user_id: Id, days: int = 7) -> Dict[str, Any]:
    """Raises CanvasSyncServerError, as all questions do."""
    return cast(Dict[str, Any], _ask(f"/user/{_quoted(user_id)}/summary", days=days))


def get_all_sync_metrics_summary(days: int = 7) -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask("/summary", days=days))


def get_user_syncs(user_id: Id, limit: int = 50, status: Optional[str] = None) -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask(f"/user/{_quoted(user_id)}/syncs", limit=limit, status=status))


def get_recent_syncs(limit: int = 20) -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask("/recent", limit=limit))


def get_failed_syncs(limit: int = 20, days: int = 7) -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask("/failed", limit=limit, days=days))


def get_performance_stats(days: int = 30) -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask("/performance", days=days))


def get_cleanup_status() -> Dict[str, Any]:
    return cast(Dict[str, Any], _ask("/logs/cleanup-status"))


def get_sync_by_task(task_id: Id) -> Optional[Dict[str, Any]]:
    """None for one that the server does not know."""
    try:
        return cast(Dict[str, Any], _ask(f"/sync/task/{_quoted(task_id)}"))
    except CanvasSyncServerError as error:
        if error.status == 404:
            return None
        raise


_EARLIER_ROUTES = re.compile(
    r"sync/\d+|sync/task/[^/]+|user/[^/]+/(?:summary|syncs)|summary|recent|failed|performance|logs/cleanup-status|health"
)


def register_canvas_metrics_api(app: Any, allowed: Optional[Callable[[], bool]] = None) -> None:
    """Answers the earlier GET routes of /api/canvas/metrics in a Flask application, by asking the server. `allowed` says
    whether who asks may read; without it nobody may: a proxy of this machine asks for the whole network."""
    flask = importlib.import_module("flask")

    def forward(path: str) -> Any:
        if allowed is None or not allowed():
            error = "Say in register_canvas_metrics_api(app, allowed=...) who may read this."
            return flask.Response(_encode({"error": error}), 403, mimetype="application/json")
        if not _EARLIER_ROUTES.fullmatch(path) or {".", ".."} & set(path.split("/")):
            return flask.Response(_encode({"error": "There is nothing at this address."}), 404, mimetype="application/json")
        try:
            status, text = _get("/" + "/".join(map(_quoted, path.split("/"))), flask.request.args)
        except CanvasSyncServerError as error:
            return flask.Response(_encode({"error": str(error)}), 502, mimetype="application/json")
        return flask.Response(text, status, mimetype="application/json")

    app.add_url_rule(f"{_API}/<path:path>", "canvas_sync_monitor", forward, methods=["GET"])


# --- The command ------------------------------------------------------------------------------------------------------


def main(args: Optional[List[str]] = None) -> int:
    """`send` delivers what waits in the spool, `status` says what waits, `check` whether the server takes events."""
    command = (sys.argv[1:] if args is None else args) or [""]
    settings = _settings()
    if command == ["check"]:
        answer = _post(settings, [b"{}"])
        # That this is no event is told to those alone who may tell events.
        taken = answer.kind == "taken"
        print("The server takes events." if taken else answer.error)
        return 0 if taken else 1
    if command == ["status"]:
        processes, size = _Spool(settings).waiting()
        print(f"{size} bytes of {processes} processes wait.")
        return 3 if size else 0
    if command == ["send"]:
        reporter = _Reporter(settings)
        everything = reporter.send_everything()
        print(f"{reporter.delivered} events delivered, {reporter.lost} refused. {reporter.error or ''}".strip())
        return 0 if everything else 1
    print("canvas_sync_monitor.py send | status | check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
