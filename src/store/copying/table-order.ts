/** `from` has a foreign key to `to`. */
export interface Reference {
  readonly from: string
  readonly to: string
}

/**
 * The tables in an order in which each stands behind those that it refers to; else as given.
 *
 * @throws Error when tables refer to each other in a circle
 */
export function inReferenceOrder(tables: readonly string[], references: readonly Reference[]): string[] {
  const ordered = new Set<string>()
  let waiting = [...tables]
  while (waiting.length > 0) {
    const ready = waiting.filter((table) =>
      references.every(
        ({ from, to }) => from !== table || to === table || ordered.has(to) || !tables.includes(to),
      ),
    )
    if (ready.length === 0) throw new Error(`these tables refer to each other: ${waiting.join(', ')}`)
    for (const table of ready) ordered.add(table)
    waiting = waiting.filter((table) => !ordered.has(table))
  }
  return [...ordered]
}
