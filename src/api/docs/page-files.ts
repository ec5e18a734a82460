import { readFile } from 'node:fs/promises'

/** The same depth below `src` and `dist`; the files are neither compiled nor copied. */
const FOLDER = new URL('../../../pages/docs/', import.meta.url)

export const PAGE_FILES = [
  'docs.css',
  'docs.js',
  'element.js',
  'operation-view.js',
  'read-answer.js',
  'schema-view.js',
  'try-it.js',
] as const
export type PageFile = (typeof PAGE_FILES)[number]

const read = new Map<string, Promise<Uint8Array>>()

/** The bytes of a file of the page, read once. */
export function pageFile(name: PageFile | 'index.html'): Promise<Uint8Array> {
  const known = read.get(name)
  if (known !== undefined) return known
  const bytes = readFile(new URL(name, FOLDER))
  read.set(name, bytes)
  return bytes
}

/** They come with the package as they are. */
const RUNBOOKS = new URL('../../../docs/runbooks/', import.meta.url)

const runbooks = new Map<RunbookFile, Promise<Uint8Array>>()

/** All of them. */
export const RUNBOOK_FILES = [
  'CanvasThrottled.md',
  'CanvasUnreachable.md',
  'CollectorFailed.md',
  'DataStale.md',
  'LogCleanupStale.md',
  'LogDiskHigh.md',
  'MonitorDown.md',
  'MonitoringLoss.md',
  'NotificationFailing.md',
  'QueueDelayed.md',
  'QueueUnattended.md',
  'README.md',
  'ScheduleMissed.md',
  'SyncFailureRatio.md',
  'SyncLost.md',
  'SyncMissed.md',
  'SyncSlow.md',
  'SyncStuck.md',
  'SyncUnexpectedEmpty.md',
  'SyncVolume.md',
  'TokenExpiring.md',
  'TokenInvalid.md',
  'Watchdog.md',
] as const
export type RunbookFile = (typeof RUNBOOK_FILES)[number]

/** What to do when an alert fires, as Markdown, read once. */
export function runbook(name: RunbookFile): Promise<Uint8Array> {
  const known = runbooks.get(name)
  if (known !== undefined) return known
  const bytes = readFile(new URL(name, RUNBOOKS))
  runbooks.set(name, bytes)
  return bytes
}
