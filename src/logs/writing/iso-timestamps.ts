/**
 * Gives epoch milliseconds as ISO 8601 UTC with milliseconds, and remembers the last second: a line costs
 * three digits instead of a `Date`.
 */
export function isoTimestamps(): (epoch_ms: number) => string {
  let last_ms = Number.NaN
  let last_text = ''
  let second_start_ms = Number.NaN
  let second_text = ''
  return (epoch_ms) => {
    if (epoch_ms === last_ms) return last_text
    const offset_ms = Math.floor(epoch_ms - second_start_ms)
    if (offset_ms >= 0 && offset_ms < 1000) {
      last_text = `${second_text}${offset_ms < 10 ? '00' : offset_ms < 100 ? '0' : ''}${offset_ms}Z`
    } else {
      last_text = new Date(epoch_ms).toISOString()
      second_start_ms = Math.floor(epoch_ms / 1000) * 1000
      second_text = last_text.slice(0, -4)
    }
    last_ms = epoch_ms
    return last_text
  }
}
