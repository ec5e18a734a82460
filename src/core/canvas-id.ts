const CANVAS_ID = /^\d{1,20}(?:~\d{1,20})?$/

/**
 * Whether a text is an id as Canvas gives them: up to 64 bits in digits, or `shard~number`. Ids go into paths, log
 * lines and messages, where anything else could carry a name.
 */
export function isCanvasId(value: unknown): value is string {
  return typeof value === 'string' && CANVAS_ID.test(value)
}
