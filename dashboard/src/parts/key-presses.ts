/**
 * What is to be pressed: a letter or sign as it is typed (`j`, `E`, `?`, `[`), a named key (`Enter`), one with `Mod+` before
 * it (Cmd on a Mac, Ctrl elsewhere), or two one after the other with a space between them (`g o`).
 */
export type KeyText = string

/** How long the second key of two may be waited for, milliseconds. */
const SECOND_WITHIN_MS = 1500

interface PressedKey {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** The name of what was pressed; null when it can be none of ours. */
export function pressName({ key, ctrlKey, metaKey, altKey }: PressedKey): KeyText | null {
  if (key === ' ' || key === 'Dead' || key === 'Unidentified') return null
  if (ctrlKey || metaKey) return altKey ? null : `Mod+${key.toLowerCase()}`
  // With Alt, some layouts write signs of their own.
  return altKey ? null : key
}

/** Whether people who speak to their computer, or press a key by mistake, may set it off (WCAG 2.1.4). */
export const isOfOneLetter = (keys: KeyText): boolean => keys.split(' ').every((key) => key.length === 1)

/** Knows which of two keys is the first. */
export class KeySequence {
  #first: { readonly name: string; readonly at_ms: number } | null = null

  /** What was pressed just now matches, of those that are asked for; null when none does. */
  match(name: string, at_ms: number, asked: ReadonlySet<KeyText>): KeyText | null {
    const first = this.#first
    this.#first = null
    if (first !== null && at_ms - first.at_ms <= SECOND_WITHIN_MS) {
      const both = `${first.name} ${name}`
      if (asked.has(both)) return both
    }
    if (asked.has(name)) return name
    if ([...asked].some((keys) => keys.startsWith(`${name} `))) this.#first = { name, at_ms }
    return null
  }
}
