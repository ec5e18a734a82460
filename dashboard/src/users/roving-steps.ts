/** Where the arrow keys lead from one of many: how many further. Home and End lead to the first and the last. */
export type ArrowSteps = Readonly<
  Partial<Record<'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown', number>>
>

/** The place that a key leads to; null when it leads nowhere. */
export function placeAfter(key: string, from: number, count: number, steps: ArrowSteps): number | null {
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  const step = Object.hasOwn(steps, key) ? steps[key as keyof ArrowSteps] : undefined
  if (step === undefined) return null
  const to = from + step
  return to >= 0 && to < count ? to : null
}
