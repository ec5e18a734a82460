import { formsOf } from './forms.ts'

/** By how many first characters the forms are grouped. */
const START = 6

export interface Wanted {
  /** What to say when it is found. */
  readonly name: string
  readonly text: string
}

/** Looks for thousands of texts in all their forms at once. */
export class Scan {
  readonly #groups = new Map<string, { readonly name: string; readonly form: string }[]>()
  /** Whether a form begins with these two bytes: most places in a file end here. */
  readonly #begins = new Uint8Array(65_536)

  constructor(wanted: readonly Wanted[]) {
    for (const { name, text } of wanted) {
      for (const form of formsOf(text)) {
        const start = form.slice(0, START)
        const group = this.#groups.get(start)
        if (group === undefined) this.#groups.set(start, [{ name, form }])
        else group.push({ name, form })
        this.#begins[form.charCodeAt(0) * 256 + form.charCodeAt(1)] = 1
      }
    }
  }

  /** The names of what is in there. */
  find(bytes: Buffer): string[] {
    const text = bytes.toString('latin1').toLowerCase()
    const found = new Set<string>()
    for (let at = 0; at < text.length - 1; at++) {
      if (this.#begins[text.charCodeAt(at) * 256 + text.charCodeAt(at + 1)] !== 1) continue
      for (const { name, form } of this.#groups.get(text.slice(at, at + START)) ?? []) {
        if (text.startsWith(form, at)) found.add(`${name}: ${text.slice(Math.max(0, at - 60), at + 60)}`)
      }
    }
    return [...found]
  }
}
