import { redactText } from '../redact.ts'

/** Printable ASCII without `"`, `\` and DEL: what stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * What JSON allows but a line must not hold: C1 controls drive a terminal, U+2028/2029/0085 end a line for
 * some readers, direction marks and overrides make a line read as another.
 */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * `text` as a JSON string that is one line for every reader and harmless on a terminal. Lone surrogates are
 * escaped, so any JavaScript string comes back as it was.
 */
export function quoteText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text).replace(UNSAFE, escapeUnit)
}

/**
 * `text` redacted, at most `limit` UTF-16 units (a longer one is cut and ends in `…[cut]`), quoted.
 *
 * Redacted before it is cut: half a secret may no longer look like one. What lies far behind the limit is cut
 * first so that it costs nothing, and with it what may be half a secret at that first cut.
 */
export function encodeText(text: string, limit: number): string {
  const reach = limit + CUT_MARGIN
  if (text.length <= reach) return quoteText(cutText(redactText(text), limit))
  const head = redactText(text.slice(0, reach))
  return quoteText(cutText(head, Math.min(limit, Math.max(0, head.length - CUT_MARGIN / 2))))
}
const CUT_MARGIN = 2048

/** Never cuts a surrogate pair in two. */
function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)}…[cut]`
}
