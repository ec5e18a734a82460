import { hostname } from 'node:os'
import type { LogLevel, LogStream, LogValue } from '../../core/log-event.ts'
import { shownEntry } from '../../search/shown-line.ts'
import type { ShippedLine } from '../shipping/shipped-line.ts'

/** opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Readonly<Record<LogLevel, number>> = { DEBUG: 5, INFO: 9, WARNING: 13, ERROR: 17 }

/** A value of an attribute as JSON has it (opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  /** 64 bits: as text. */
  | { readonly intValue: string }
  | { readonly doubleValue: number }

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

export interface LogRecord {
  readonly timeUnixNano: string
  readonly observedTimeUnixNano: string
  readonly severityNumber: number
  readonly severityText: LogLevel
  readonly eventName?: string
  readonly body: AnyValue
  readonly attributes: readonly KeyValue[]
  /** 32 hexadecimal digits, where the sync of the line is traced. */
  readonly traceId?: string
}

/** `ExportLogsServiceRequest` of opentelemetry-proto. */
export interface ExportLogsRequest {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string; readonly version: string }
      readonly logRecords: readonly LogRecord[]
    }[]
  }[]
}

export interface LogResource {
  readonly machine: string | null
  readonly directory: string
  readonly version: string
}

export function exportRequest(
  lines: readonly ShippedLine[],
  stream: LogStream,
  { machine, directory, version }: LogResource,
  now_ms: number,
): ExportLogsRequest {
  const host = machine ?? hostname()
  const resource = {
    attributes: attributesOf({
      'service.name': 'canvas-sync-monitor',
      'service.version': version,
      // Of several folders on one host each is told apart.
      'service.instance.id': `${host}:${directory}`,
      'host.name': host,
    }),
  }
  const scope = { name: `canvas-sync-monitor/${stream}`, version }
  const logRecords = lines.map((line) => logRecord(line, now_ms))
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] }
}

/** A record that every collector takes that takes any. */
export function probeRequest(resource: LogResource, now_ms: number): ExportLogsRequest {
  const { resourceLogs } = exportRequest([], 'operations', resource, now_ms)
  const probe: LogRecord = {
    timeUnixNano: nanoseconds(now_ms),
    observedTimeUnixNano: nanoseconds(now_ms),
    severityNumber: SEVERITY.INFO,
    severityText: 'INFO',
    body: { stringValue: 'It refused other lines: this one asks whether it takes any.' },
    attributes: [],
  }
  return {
    resourceLogs: resourceLogs.map(({ resource: of, scopeLogs }) => ({
      resource: of,
      scopeLogs: scopeLogs.map(({ scope }) => ({ scope, logRecords: [probe] })),
    })),
  }
}

/** The message is the body; everything else that the line says are attributes, under its own names. */
export function logRecord({ entry }: ShippedLine, now_ms: number): LogRecord {
  const { timestamp_ms, level, event, task_id, user_id, fields, message, writer, seq, stream } = {
    ...entry,
    ...shownEntry(entry),
  }
  const { trace_id, ...own } = fields
  const has_trace = typeof trace_id === 'string' && /^[\da-f]{32}$/.test(trace_id)
  return {
    timeUnixNano: nanoseconds(timestamp_ms),
    observedTimeUnixNano: nanoseconds(now_ms),
    severityNumber: SEVERITY[level],
    severityText: level,
    ...(event === null ? {} : { eventName: event }),
    body: { stringValue: message },
    attributes: attributesOf({ stream, event, task_id, user_id, writer, seq, ...own }),
    ...(has_trace ? { traceId: trace_id } : {}),
  }
}

/** A JavaScript number has no room for today's nanoseconds. */
function nanoseconds(time_ms: number): string {
  return String(BigInt(Math.trunc(time_ms)) * 1_000_000n)
}

function attributesOf(values: Readonly<Record<string, LogValue>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) => {
    return value === null || value === undefined ? [] : [{ key, value: anyValue(value) }]
  })
}

function anyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
