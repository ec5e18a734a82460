/** Content codings in our order of preference: the first costs the least time and makes the fewest bytes. */
export const CODINGS = ['zstd', 'br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

/** Longer than any browser's; what stands behind is not read. */
const MOST_CHARACTERS = 1000

/**
 * The coding for `Accept-Encoding`; null when the answer stays as it is, which a client always takes from us: refusing
 * it would help nobody.
 */
export function acceptedCoding(accept_encoding: string | null): Coding | null {
  if (accept_encoding === null) return null
  const qualities = readQualities(accept_encoding.slice(0, MOST_CHARACTERS))
  const qualityOf = (coding: string): number =>
    qualities.get(coding) ??
    (coding === 'gzip' ? qualities.get('x-gzip') : undefined) ??
    qualities.get('*') ??
    0
  let best: Coding | null = null
  // What stays as it is wins only when it is named with a higher quality.
  let best_quality = qualities.get('identity') ?? 0
  for (const coding of CODINGS) {
    const quality = qualityOf(coding)
    if (quality > 0 && (best === null ? quality >= best_quality : quality > best_quality)) {
      best = coding
      best_quality = quality
    }
  }
  return best
}

function readQualities(header: string): Map<string, number> {
  const qualities = new Map<string, number>()
  for (const item of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
    const quality = weight === undefined ? 1 : Number(weight.replace(/^q\s*=\s*/, ''))
    if (coding !== '') qualities.set(coding, quality >= 0 && quality <= 1 ? quality : 0)
  }
  return qualities
}
