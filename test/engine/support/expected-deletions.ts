import { isLive, type TableRow } from './read-tables.ts'

/** How a list was read, as far as it can be told from outside. */
export interface ListReading {
  readonly name: string
  /** False for an incremental read: it may have become a whole one. */
  readonly surely_whole: boolean
  readonly deletions: 'brake' | 'accept' | 'never'
  readonly shown: ReadonlySet<string>
  readonly before: ReadonlyMap<string, TableRow>
  readonly after: ReadonlyMap<string, TableRow>
}

interface Misses {
  /** Not shown by the last whole read, nor since. */
  readonly sure: ReadonlySet<string>
  /** Not there at the last read of any kind. */
  readonly possible: ReadonlySet<string>
}

/** A row is marked deleted when two whole reads in a row did not show it, unless the brake holds; said a second time. */
export class ExpectedDeletions {
  readonly #misses = new Map<string, Misses>()

  /** What is wrong with the deletions of one reading of a list. */
  check(reading: ListReading): string[] {
    const { name, before, after, shown, deletions } = reading
    const live = [...before.keys()].filter((id) => isLive(before.get(id)) || shown.has(id))
    const absent = live.filter((id) => !shown.has(id))
    const missed = this.#misses.get(name)
    const may =
      deletions === 'accept' ||
      (deletions === 'brake' && (absent.length === 1 ? live.length > 1 : absent.length * 5 <= live.length))
    const problems: string[] = []
    for (const id of absent) {
      const deleted = !isLive(after.get(id))
      if (deleted && !may) problems.push(`${name} ${id} was marked deleted against the brake`)
      if (deleted && !(missed?.possible.has(id) ?? false)) {
        problems.push(`${name} ${id} was marked deleted at its first miss`)
      }
      if (!deleted && may && reading.surely_whole && missed?.sure.has(id) === true) {
        problems.push(`${name} ${id} is not marked deleted, though two whole reads did not show it`)
      }
    }
    const still = absent.filter((id) => isLive(after.get(id)))
    const sure = reading.surely_whole ? still : still.filter((id) => missed?.sure.has(id))
    this.#misses.set(name, { sure: new Set(sure), possible: new Set(still) })
    return [...problems, ...keptContent(reading)]
  }
}

/** A row that Canvas does not show keeps its last content, marked deleted or not. */
function keptContent({ name, shown, before, after }: ListReading): string[] {
  const problems: string[] = []
  for (const [id, row] of before) {
    if (shown.has(id)) continue
    const kept = after.get(id)
    if (kept === undefined) problems.push(`${name} ${id} is physically gone`)
    else if (Object.keys(row).some((column) => column !== 'deleted_at' && row[column] !== kept[column])) {
      problems.push(`${name} ${id} changed although Canvas does not show it`)
    }
  }
  for (const [id, row] of after) {
    if (!shown.has(id) && !before.has(id)) {
      problems.push(`${name} ${id} appeared, but Canvas has no such row: ${String(row['data']).slice(0, 80)}`)
    }
  }
  return problems
}
