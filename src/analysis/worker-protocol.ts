import type { LogStream } from '../core/log-event.ts'
import type { KernelDump, ScanRange } from './kernel/kernel.ts'
import type { Segment, SegmentResult } from './scan-segment.ts'

/** What an analysing thread is told. */
export interface WorkerSettings {
  readonly range: ScanRange
  /** Of times without one: an IANA name. */
  readonly legacy_zone: string
}

export type WorkerRequest =
  | { readonly kind: 'segment'; readonly index: number; readonly segment: Segment }
  /** Lines counted once too often, in the product's own form. */
  | { readonly kind: 'copies'; readonly stream: LogStream; readonly lines: readonly string[] }
  | { readonly kind: 'dump' }

/** What it answers. */
export type WorkerAnswer =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'segment'; readonly index: number; readonly result: SegmentResult }
  | { readonly kind: 'copies' }
  | { readonly kind: 'dump'; readonly dump: KernelDump }
