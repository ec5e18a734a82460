import type { Terminal } from '../terminal.ts'
import { printable } from '../terminal.ts'
import { LiveDisplay } from './live-display.ts'

/** One line of what is being done, on a screen; nothing elsewhere. */
export class TextDisplay implements Disposable {
  readonly #display: LiveDisplay | null
  #text = ''

  constructor(terminal: Terminal) {
    const shown = terminal.interactive && !terminal.quiet
    this.#display = shown ? new LiveDisplay(terminal, () => [this.#text]) : null
    this.#display?.start()
  }

  show(text: string): void {
    this.#text = printable(text)
  }

  [Symbol.dispose](): void {
    this.#display?.stop()
  }
}
