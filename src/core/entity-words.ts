import { SYNCED_ENTITIES } from './synced-entity.ts'

interface EntityWord {
  readonly one: string
  readonly many: string
}

/** By the name of the table and by that of one of its rows: a job may call it `assignment` or `assignments`. */
const WORDS: ReadonlyMap<string, EntityWord> = new Map(
  [...SYNCED_ENTITIES, 'grades', 'users'].flatMap((name): [string, EntityWord][] => {
    const many = name.replaceAll('_', ' ')
    const word = { one: many.slice(0, -1), many }
    return [
      [name, word],
      [name.slice(0, -1), word],
    ]
  }),
)

/** `assignment groups` for `assignment_groups`; a name that is not known stays as it is. */
export function entityWord(entity: string): string {
  return WORDS.get(entity)?.many ?? entity
}

/** `1 course`, `4 assignment groups`, `2 rows of outbox`. */
export function amountOf(count: number, entity: string): string {
  const word = WORDS.get(entity)
  if (word !== undefined) return `${count} ${count === 1 ? word.one : word.many}`
  return `${count} ${count === 1 ? 'row' : 'rows'} of ${entity}`
}

/** `Read 4 courses: 4 new, 0 changed.`; `created` is null where new and changed ones are counted together. */
export function readSentence(
  entity: string,
  counts: { readonly processed: number; readonly created: number | null; readonly updated: number },
): string {
  const { processed, created, updated } = counts
  const news = created === null ? `${updated} new or changed` : `${created} new, ${updated} changed`
  return `Read ${amountOf(processed, entity)}: ${news}.`
}

/** `46 ms`; what is shorter than half of one is not nothing. */
export function milliseconds(duration_ms: number): string {
  return duration_ms < 0.5 ? 'less than 1 ms' : `${Math.round(duration_ms)} ms`
}
