import type { Dice, FieldValue, WorldLine, WorldOptions } from './line.ts'
import { hasFeature } from './tasks.ts'

/** What a reader must take for "no duration". */
const NO_NUMBER = ['1e999', '-1e999', '"fast"', 'null', 'true'] as const

/** A line of our own form as it stands in a file, without its end. */
export function ownText(line: WorldLine, options: WorldOptions, dice: Dice): string {
  const members = jsonMembers(line)
  if (hasFeature(options, 'strange_numbers') && line.fields['duration_ms'] === null) {
    replace(members, 'duration_ms', dice.one(NO_NUMBER))
  }
  if (hasFeature(options, 'long_lines') && dice.chance(0.02)) {
    members.splice(-1, 0, ['stack', JSON.stringify('é"\\\n'.repeat(dice.one([100, 2000, 8000, 15_000])))])
  }
  if (hasFeature(options, 'foreign_order') && dice.chance(0.3))
    return foreignText(line, members, options, dice)
  return `{${members.map(([name, json]) => `"${name}":${json}`).join(',')}}`
}

type Member = [name: string, json: string]

function jsonMembers(line: WorldLine): Member[] {
  const { level, event, task_id, user_id, writer, seq, fields, message } = line
  const timestamp = new Date(line.timestamp_ms).toISOString()
  const first: [string, FieldValue][] = Object.entries({
    timestamp,
    level,
    event,
    task_id,
    user_id,
    writer,
    seq,
  })
  const members = [...first, ...Object.entries(fields), ['message', message] as const]
  return members.map(([name, value]) => [name, JSON.stringify(value)])
}

function replace(members: readonly Member[], name: string, json: string): void {
  const member = members.find((member) => member[0] === name)
  if (member) member[1] = json
}

/** The same values as another program would write them: order, blanks, escapes, forms of numbers and times. */
function foreignText(line: WorldLine, members: Member[], options: WorldOptions, dice: Dice): string {
  if (dice.chance(0.5)) replace(members, 'timestamp', JSON.stringify(otherTime(line.timestamp_ms, dice)))
  if (hasFeature(options, 'strange_numbers')) {
    for (const member of members) member[1] = otherNumber(member, dice)
  }
  if (dice.chance(0.2)) members.push(['context', '{"status":500,"duration_ms":1e9,"level":"ERROR","x":[{}]}'])
  if (dice.chance(0.2)) members.push(['labels', '["a","status"]'])
  const blank = dice.one(['', ' ', '  ', '\t'])
  const written = shuffled(members, dice).map(([name, json]) => {
    const key = dice.chance(0.05) ? name.replace(/^./, escaped) : name
    return `"${key}"${blank}:${blank}${otherString(json, dice)}`
  })
  return `${blank}{${blank}${written.join(`${blank},${blank}`)}${blank}}${blank}`
}

function otherTime(time_ms: number, dice: Dice): string {
  const hours = dice.one([-7, 0, 2])
  const local = new Date(time_ms + hours * 3_600_000).toISOString().slice(0, 23)
  const zone = hours === 0 ? '+00:00' : hours < 0 ? '-07:00' : '+02:00'
  return dice.chance(0.5) ? `${local}999${zone}` : `${local}${zone}`
}

function otherNumber([name, json]: Member, dice: Dice): string {
  if (!/^[1-9]\d{0,5}$/.test(json) || name === 'user_id' || name === 'seq') return json
  return dice.one([json, json, `${json}.0`, `${json}e0`, `${json}0E-1`])
}

const escaped = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`

function otherString(json: string, dice: Dice): string {
  if (!json.startsWith('"')) return json
  switch (dice.whole(0, 3)) {
    case 0:
      return json.replaceAll('/', '\\/')
    case 1:
      return json.replaceAll(/[\u0080-\uffff]/g, escaped)
    case 2:
      // The letter after a backslash belongs to an escape.
      return json.replace(/(?<=^")[A-Za-z]/, escaped)
    default:
      return json
  }
}

function shuffled<T>(values: readonly T[], dice: Dice): T[] {
  return values
    .map((value) => ({ value, place: dice.fraction() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value)
}
