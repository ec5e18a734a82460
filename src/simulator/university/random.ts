/**
 * Chance that can be asked again: the same seed and place always give the same number, so that nothing that
 * is made up has to be kept.
 */
export function hash(seed: number, first: number, second = 0, third = 0): number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  state = mix(state ^ first)
  state = mix(state ^ Math.imul(second + 0x7f4a7c15, 0xc2b2ae35))
  state = mix(state ^ Math.imul(third + 0x165667b1, 0x27d4eb2f))
  return state >>> 0
}

/** A number from 0 up to, but not including, 1. */
export function unit(seed: number, first: number, second = 0, third = 0): number {
  return hash(seed, first, second, third) / 4294967296
}

export function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length]
  if (item === undefined) throw new RangeError('pick needs at least one item')
  return item
}

function mix(value: number): number {
  let state = value
  state = Math.imul(state ^ (state >>> 16), 0x7feb352d)
  state = Math.imul(state ^ (state >>> 15), 0x846ca68b)
  return state ^ (state >>> 16)
}
