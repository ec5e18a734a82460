/** The largest share of a list's live rows that may be marked deleted at once. */
export const DELETION_BRAKE_SHARE = 0.2

/**
 * Whether the rows missing from a complete list may be taken as deleted.
 *
 * Held are all deletions when more than `share` of the live rows are missing: a list that shrank so much is
 * more often a lost permission or a closed course than work. One single missing row is let through as long as
 * others remain, because a fifth of a list of four is less than one row, and its mark is undone when it returns.
 */
export function deletionsAllowed(
  counts: { live: number; missing: number },
  share: number = DELETION_BRAKE_SHARE,
): boolean {
  if (counts.missing === 0) return true
  if (counts.missing >= counts.live) return false
  return counts.missing === 1 || counts.missing <= counts.live * share
}
