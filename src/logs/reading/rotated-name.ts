import { backupsAmong } from '../directory/backup-files.ts'

/** Where a rotated file stands among those of its stream; lower is older, compared from left to right. */
export type Age = readonly [family: number, rank: number, part: number]

export interface RotatedName {
  readonly name: string
  /** Whether the name ends in `.gz`. */
  readonly is_gzip: boolean
  /** Whether our own writers named it. */
  readonly is_own: boolean
  readonly age: Age
}

const NUMBERED = /^\.([1-9]\d{0,4})$/
/** `.2026-11-20`, `.2026-11-20_14-30-00` (Python), `-20261120`, `-20261120-1763600000` (logrotate). */
const DATED = /^[.-](\d{4})-?(\d\d)-?(\d\d)(?:[-_T](\d[\d-]{0,19}))?$/

const DATED_FAMILY = 0
const NUMBERED_FAMILY = 1
const OWN_FAMILY = 2

/**
 * The rotated files of a live file among the names of its folder, oldest first: those of other systems with a date,
 * then with a number (the highest is the oldest), then our own. A folder changes hands once and to us, so that our own
 * files are the newest. Of a file and its own `.gz` only the file is given: it is being compressed, or was kept.
 */
export function rotatedNames(names: readonly string[], live_name: string): RotatedName[] {
  const present = new Set(names)
  const rotated: RotatedName[] = []
  for (const name of names) {
    if (!name.startsWith(live_name) || name === live_name) continue
    const is_gzip = name.endsWith('.gz')
    const plain = is_gzip ? name.slice(0, -3) : name
    if (is_gzip && present.has(plain)) continue
    const age = ageOf(plain, live_name)
    if (age) rotated.push({ name, is_gzip, is_own: age[0] === OWN_FAMILY, age })
  }
  return rotated.sort((a, b) => compareAges(a.age, b.age) || (a.name < b.name ? -1 : 1))
}

function ageOf(plain: string, live_name: string): Age | undefined {
  const [backup] = backupsAmong([plain], live_name)
  if (backup) return [OWN_FAMILY, backup.number, 0]
  const suffix = plain.slice(live_name.length)
  const number = NUMBERED.exec(suffix)
  if (number) return [NUMBERED_FAMILY, -Number(number[1]), 0]
  const date = DATED.exec(suffix)
  if (!date) return undefined
  const [, year, month, day, rest = ''] = date
  return [DATED_FAMILY, Number(`${year}${month}${day}`), Number(rest.replaceAll('-', ''))]
}

function compareAges(a: Age, b: Age): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
