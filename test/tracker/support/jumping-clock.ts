/**
 * Loaded into a process with `--import`, its threads too: the wall clock of all of it jumps with every second by an
 * hour, forward and back.
 */
const realNow = Date.now
const HOUR_MS = 3_600_000
Date.now = () => {
  const now = realNow()
  return now + ((Math.floor(now / 1000) % 3) - 1) * HOUR_MS
}
