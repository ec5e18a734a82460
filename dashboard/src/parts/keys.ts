import { useEffect } from 'react'
import { KeptChoice, useKept } from './kept-choice.ts'
import { isOfOneLetter, KeySequence, pressName, type KeyText } from './key-presses.ts'

/** A key that does something on the page, and how it is explained to who asks with `?`. */
export interface Key {
  readonly keys: KeyText
  readonly words: string
  readonly run: () => void
  /** Whether it goes on while it is held down; by default it does not. */
  readonly repeats?: boolean
}

export interface KeyGroup {
  /** Where the keys count, such as `Everywhere`. */
  readonly where: string
  readonly keys: readonly Key[]
}

/** In the order in which they came; a later one wins. */
const groups = new Set<KeyGroup>()
const sequence = new KeySequence()
const letters = new KeptChoice('canvas-sync-letter-keys', (kept) => (kept === 'off' ? 'off' : 'on'))

/** All that is in force now, for the list of keys. */
export const keyGroups = (): readonly KeyGroup[] => [...groups]

/** Whether keys of one letter count. Whoever speaks to their computer wants them off. */
export const useLetterKeys = (): boolean => useKept(letters) === 'on'

export function chooseLetterKeys(on: boolean): void {
  letters.choose(on ? 'on' : 'off')
}

/**
 * Keys that count while the calling component is shown, and that the list of keys explains. Letters and signs never count
 * while somebody types, nor while a dialog is open.
 *
 * @param where by default `On this page`
 */
export function useKeys(keys: readonly Key[], where = 'On this page'): void {
  useEffect(() => {
    const group: KeyGroup = { where, keys }
    if (groups.size === 0) window.addEventListener('keydown', onKey)
    groups.add(group)
    return () => {
      groups.delete(group)
      if (groups.size === 0) window.removeEventListener('keydown', onKey)
    }
  }, [keys, where])
}

const IN_FORCE = (keys: KeyText, elsewhere: boolean): boolean =>
  !isOfOneLetter(keys) || (letters.get() === 'on' && !elsewhere)

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = pressName(event)
  if (name === null) return
  const elsewhere = isTypedInto(event.target) || document.querySelector('dialog:modal') !== null
  const known = [...groups].flatMap(({ keys }) => keys).filter(({ keys }) => IN_FORCE(keys, elsewhere))
  const matched = sequence.match(name, event.timeStamp, new Set(known.map(({ keys }) => keys)))
  const key = known.findLast(({ keys }) => keys === matched)
  if (key === undefined) return
  event.preventDefault()
  if (!event.repeat || key.repeats === true) key.run()
}

/** A letter belongs to the field in which it is typed. A box to tick takes none. */
function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.matches('textarea, select')) return true
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  )
}
