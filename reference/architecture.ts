import { readFileSync } from 'node:fs'
import { canBecome, SYNC_STATUSES, type SyncStatus } from '../src/core/sync-status.ts'
import { LAYER_WORDS, MAY_IMPORT } from './layers.ts'
import { code, table } from './markdown.ts'

const PAGE = new URL('../docs/architecture.md', import.meta.url)

/** The hand-written page with the pictures in it that are made of the program. */
export function architecturePage(text: string = readFileSync(PAGE, 'utf8')): string {
  return withPart(withPart(text, 'layers', layerPicture()), 'transitions', transitionTable())
}

/** Replaces what stands between `<!-- name -->` and `<!-- end of name -->`. */
function withPart(text: string, name: string, lines: readonly string[]): string {
  const [before, after] = [`<!-- ${name}: written by \`npm run docs\` -->`, `<!-- end of ${name} -->`]
  const [start, end] = [text.indexOf(before), text.indexOf(after)]
  if (start === -1 || end === -1) throw new Error(`docs/architecture.md has no place for ${name}.`)
  return `${text.slice(0, start + before.length)}\n\n${lines.join('\n').trimEnd()}\n\n${text.slice(end)}`
}

/** A layer stands one above the highest of those that it may import. */
export function levelsOf(may_import: Readonly<Record<string, readonly string[]>>): string[][] {
  const known = new Map<string, number>()
  const levelOf = (layer: string): number => {
    const found = known.get(layer)
    if (found !== undefined) return found
    known.set(layer, 0)
    const level = Math.max(-1, ...(may_import[layer] ?? []).filter((each) => each !== '.').map(levelOf)) + 1
    known.set(layer, level)
    return level
  }
  const levels: string[][] = []
  for (const layer of Object.keys(may_import).filter((each) => each !== '.')) {
    const level = levelOf(layer)
    ;(levels[level] ??= []).push(layer)
  }
  return levels
}

const WIDTH = 104

function layerPicture(): string[] {
  const lines: string[] = []
  for (const layers of levelsOf(MAY_IMPORT).toReversed()) {
    let row: string[] = []
    const rows = [row]
    for (const layer of layers) {
      const box = `${layer} (${LAYER_WORDS[layer] ?? ''})`
      if ([...row, box].join(' │ ').length > WIDTH - 4 && row.length > 0) rows.push((row = []))
      row.push(box)
    }
    lines.push(`┌${'─'.repeat(WIDTH - 2)}┐`)
    for (const each of rows) lines.push(`│ ${each.join(' │ ').padEnd(WIDTH - 4)} │`)
    lines.push(`└${'─'.repeat(WIDTH - 2)}┘`)
  }
  return ['```text', ...lines, '```']
}

const BY: Readonly<Record<string, string>> = {
  completed: 'the job, at its end: all was read',
  partial: 'the job, at its end: something could not be read',
  failed: 'the job, at its end: nothing useful was read, or its code threw',
  cancelled: 'the job: a signal, an abort, or a monitor that was closed',
  lost: 'the monitor: the process is gone, or its heartbeats are',
  timed_out: 'the monitor: it ran longer than the limit of its type',
}

function transitionTable(): string[] {
  const rows: string[][] = []
  for (const from of SYNC_STATUSES) {
    for (const to of SYNC_STATUSES.filter((each) => canBecome(from, each))) {
      rows.push([code(from), code(to), byWhom(from, to)])
    }
  }
  const last = SYNC_STATUSES.filter((from) => !SYNC_STATUSES.some((to) => canBecome(from, to)))
  return [
    ...table(['from', 'to', 'by whom, and when'], rows),
    `Nothing follows ${last.map(code).join(', ')}.`,
  ]
}

const byWhom = (from: SyncStatus, to: SyncStatus): string =>
  from === 'lost'
    ? `the job, which was alive after all: a late end repairs it (${code('repaired_from')})`
    : (BY[to] ?? '')
