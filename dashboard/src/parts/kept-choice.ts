import { useSyncExternalStore } from 'react'

/** A choice of the person that this browser keeps, and that counts in all its tabs at once. */
export class KeptChoice<T extends string> {
  readonly #key: string
  readonly #read: (kept: string | null) => T
  readonly #listeners = new Set<() => void>()
  #value: T

  /** @param read what is meant by what was kept; it may be anything, or null for nothing */
  constructor(key: string, read: (kept: string | null) => T) {
    this.#key = key
    this.#read = read
    this.#value = read(localStorage.getItem(key))
    window.addEventListener('storage', (event) => {
      if (event.key === key) this.#become(this.#read(event.newValue))
    })
  }

  readonly get = (): T => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  choose(value: T): void {
    localStorage.setItem(this.#key, value)
    this.#become(value)
  }

  #become(value: T): void {
    this.#value = value
    for (const listener of this.#listeners) listener()
  }
}

export const useKept = <T extends string>(choice: KeptChoice<T>): T =>
  useSyncExternalStore(choice.subscribe, choice.get)
