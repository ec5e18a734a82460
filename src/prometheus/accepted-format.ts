import type { ExpositionFormat } from './exposition.ts'

/** Longer than any scraper's; what stands behind is not read. */
const MOST_CHARACTERS = 1000

/**
 * Which format a scraper wants: OpenMetrics where it likes that at least as much as the older text format, else text,
 * which everybody reads.
 */
export function acceptedFormat(accept: string | null): ExpositionFormat {
  const ranges = (accept ?? '').slice(0, MOST_CHARACTERS).toLowerCase().split(',').map(readRange)
  const openmetrics = Math.max(0, ...ranges.filter(isOurOpenMetrics).map(({ quality }) => quality))
  const text = Math.max(0, ...ranges.filter(isOurText).map(({ quality }) => quality))
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text'
}

interface MediaRange {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

const isOurOpenMetrics = ({ type, version }: MediaRange): boolean =>
  type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')
const isOurText = ({ type, version }: MediaRange): boolean =>
  type === 'text/plain' && (version === undefined || version === '0.0.4')

function readRange(range: string): MediaRange {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  const of = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1)
  const quality = Number(of('q') ?? 1)
  return { type, version: of('version'), quality: quality >= 0 && quality <= 1 ? quality : 0 }
}
