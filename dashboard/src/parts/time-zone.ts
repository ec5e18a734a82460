import { KeptChoice, useKept } from './kept-choice.ts'

/** `UTC`, the name of a zone of the IANA database, or `local`: that of the browser. */
export type ZoneChoice = string

const choice = new KeptChoice<ZoneChoice>('canvas-sync-time-zone', (kept) => isZone(kept) ?? 'local')

function isZone(name: string | null): ZoneChoice | null {
  if (name === null || name === 'local') return name
  try {
    // As the database writes it: `europe/berlin` is `Europe/Berlin`.
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** Takes effect on all texts of the page at once, and on later visits. Returns false when there is no such zone. */
export function chooseZone(name: string): boolean {
  const zone = isZone(name)
  if (zone === null) return false
  choice.choose(zone)
  return true
}

export const useZoneChoice = (): ZoneChoice => useKept(choice)

/** The name of the chosen zone in the IANA database; of the browser's own when that is chosen. */
export function useZone(): string {
  return zoneName(useZoneChoice())
}

// Asked for each text of the page, every second.
let local: string | null = null

/** The zone of the browser. */
export const localZone = (): string => (local ??= new Intl.DateTimeFormat().resolvedOptions().timeZone)

const zoneName = (chosen: ZoneChoice): string => (chosen === 'local' ? localZone() : chosen)
