/** Reads both text formats from their specifications alone: it shares no code with what writes them. */

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar: {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    readonly at: number
  } | null
}

export interface ReadFamily {
  readonly name: string
  type: string | null
  help: string | null
  unit: string | null
  readonly samples: ReadSample[]
}

export interface ReadExposition {
  /** In their order. */
  readonly families: readonly ReadFamily[]
  readonly samples: readonly ReadSample[]
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  counter: ['_total', '_created'],
  info: ['_info'],
}

/** @throws Error that says which line is wrong */
export function readExposition(text: string, format: 'text' | 'openmetrics'): ReadExposition {
  const reader = new Reader(format)
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.slice(0, -1).split('\n')
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('it does not end with # EOF')
  for (const line of lines) {
    try {
      reader.line(line)
    } catch (error) {
      throw new Error(`${String(error)} in ${JSON.stringify(line)}`, { cause: error })
    }
  }
  return reader.end()
}

class Reader {
  readonly #format: 'text' | 'openmetrics'
  readonly #families: ReadFamily[] = []
  readonly #series = new Set<string>()

  constructor(format: 'text' | 'openmetrics') {
    this.#format = format
  }

  line(line: string): void {
    if (line.startsWith('#')) this.#comment(line)
    else this.#sample(line)
  }

  end(): ReadExposition {
    const samples = this.#families.flatMap((family) => family.samples)
    return { families: this.#families, samples }
  }

  #comment(line: string): void {
    const [, word = '', name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line) ?? []
    if (word === '') throw new Error('no comment that means something')
    const family = this.#familyFor(name)
    if (family.samples.length > 0) throw new Error('described behind its samples')
    const key = word.toLowerCase() as 'help' | 'type' | 'unit'
    if (family[key] !== null) throw new Error(`${word} twice`)
    family[key] = key === 'help' ? unescaped(rest, this.#format === 'openmetrics') : rest
  }

  /** The one that stands last: all lines of a family are together. */
  #familyFor(name: string): ReadFamily {
    const last = this.#families.at(-1)
    if (last?.name === name) return last
    if (this.#families.some((family) => family.name === name)) throw new Error('a family in two pieces')
    const family = { name, type: null, help: null, unit: null, samples: [] }
    this.#families.push(family)
    return family
  }

  #sample(line: string): void {
    const cursor = new Cursor(line)
    const name = cursor.take(METRIC_NAME)
    const labels = cursor.labels()
    cursor.text(' ')
    const value = numberOf(cursor.take(/^[^ ]+/))
    const exemplar = this.#format === 'openmetrics' ? cursor.exemplar() : null
    cursor.end()
    const family = this.#families.at(-1)
    if (family === undefined || !belongs(name, family, this.#format)) throw new Error('it has no family')
    const key = JSON.stringify([name, ordered(labels)])
    if (this.#series.has(key)) throw new Error('a series twice')
    this.#series.add(key)
    family.samples.push({ name, labels, value, exemplar })
  }
}

function belongs(name: string, family: ReadFamily, format: 'text' | 'openmetrics'): boolean {
  const type = family.type ?? ''
  const behind = format === 'text' && type !== 'histogram' ? [''] : (SUFFIXES[type] ?? [''])
  return behind.some((suffix) => name === family.name + suffix)
}

class Cursor {
  #rest: string

  constructor(line: string) {
    this.#rest = line
  }

  take(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0]
    if (found === undefined) throw new Error(`${pattern.source} expected before ${this.#rest}`)
    this.#rest = this.#rest.slice(found.length)
    return found
  }

  text(text: string): void {
    if (!this.#rest.startsWith(text)) throw new Error(`${text} expected before ${this.#rest}`)
    this.#rest = this.#rest.slice(text.length)
  }

  labels(): Record<string, string> {
    const labels: Record<string, string> = {}
    if (!this.#rest.startsWith('{')) return labels
    this.text('{')
    while (!this.#rest.startsWith('}')) {
      const name = this.take(LABEL_NAME)
      this.text('="')
      if (Object.hasOwn(labels, name)) throw new Error('a label twice')
      labels[name] = unescaped(this.take(/^(?:[^"\\]|\\.)*/), true)
      this.text('"')
      if (!this.#rest.startsWith('}')) this.text(',')
    }
    this.text('}')
    return labels
  }

  exemplar(): ReadSample['exemplar'] {
    if (this.#rest === '') return null
    this.text(' # ')
    const labels = this.labels()
    this.text(' ')
    const value = numberOf(this.take(/^[^ ]+/))
    this.text(' ')
    return { labels, value, at: numberOf(this.take(/^[^ ]+/)) }
  }

  end(): void {
    if (this.#rest !== '') throw new Error(`nothing expected before ${this.#rest}`)
  }
}

/** By name: labels have no order. */
export function ordered(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  if (text === '-Inf') return -Infinity
  if (text === 'NaN') return Number.NaN
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new Error(`${text} is no number`)
  return Number(text)
}

/** In the help of the older format a quotation mark stands for itself. */
function unescaped(text: string, quotes: boolean): string {
  return text.replaceAll(/\\(.)/gs, (pair, letter: string) => {
    if (letter === '\\') return '\\'
    if (letter === 'n') return '\n'
    if (letter === '"' && quotes) return '"'
    throw new Error(`${pair} means nothing`)
  })
}

/** Everything that must be so of a histogram. */
export function histogramFaults(family: ReadFamily): string[] {
  const faults: string[] = []
  const keyOf = ({ labels }: ReadSample): string =>
    JSON.stringify(ordered(labels).filter(([name]) => name !== 'le'))
  for (const [key, samples] of Map.groupBy(family.samples, keyOf)) {
    const buckets = samples.filter(({ name }) => name.endsWith('_bucket'))
    const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? ''))
    const counts = buckets.map(({ value }) => value)
    const count = samples.find(({ name }) => name.endsWith('_count'))?.value
    const sum = samples.find(({ name }) => name.endsWith('_sum'))?.value
    if (bounds.at(-1) !== Infinity) faults.push(`${key}: the last bucket is not +Inf`)
    if (bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? bound)))
      faults.push(`${key}: bounds out of order`)
    if (counts.some((value, index) => index > 0 && value < (counts[index - 1] ?? value)))
      faults.push(`${key}: not cumulative`)
    if (counts.at(-1) !== count) faults.push(`${key}: +Inf is not the count`)
    if (sum === undefined || !(sum >= 0)) faults.push(`${key}: no sum`)
    for (const [index, { exemplar }] of buckets.entries()) {
      if (exemplar === null) continue
      const [above = -Infinity, bound = Infinity] = [bounds[index - 1], bounds[index]]
      if (exemplar.value > bound || exemplar.value <= above) faults.push(`${key}: an example elsewhere`)
    }
  }
  return faults
}
