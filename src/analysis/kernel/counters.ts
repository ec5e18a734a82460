// The numbers of kernel/assembly/streams.ts.
export const LINES = 0
export const FAILED = 1
export const THROTTLED = 2
/** DEBUG, and behind it the other levels in the order of `LOG_LEVELS`. */
export const FIRST_LEVEL = 3
export const TIMED = 7
export const TOTAL_MS = 8
export const MIN_MS = 9
export const MAX_MS = 10
export const FIRST_MS = 11
export const LAST_MS = 12
export const PAGINATED = 13
export const RETRIED = 14
export const RECOVERED = 15
export const MAX_ATTEMPT = 16
export const COST_TOTAL = 17
export const COSTED = 18
export const COST_MAX = 19
export const REMAINING_MIN = 20
export const ITEMS = 21
export const BYTES = 22
export const RECORDS = 23
export const BATCHES = 24
export const OUT_OF_RANGE_LINES = 25
export const BLANK_LINES = 26
export const BEFORE_LINES = 27
export const BEFORE_FAILED = 28
export const BEFORE_THROTTLED = 29
export const BEFORE_TIMED = 30
export const BEFORE_TOTAL_MS = 31
/** In the order of `LOG_FORMS`. */
export const FIRST_FORM = 32
/** Lines of `api_calls` that tell of a call; others tell of a wait. */
export const CALLS = 36
