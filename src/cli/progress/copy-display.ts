import { spokenBytes } from '../../core/number-text.ts'
import type { CopyProgress } from '../../store/sqlite/backup/copy-file.ts'
import type { Terminal } from '../terminal.ts'
import { LiveDisplay } from './live-display.ts'

/** How far a copy is, on a screen; nothing elsewhere. */
export class CopyDisplay implements Disposable {
  readonly show: (progress: CopyProgress) => void
  readonly #display: LiveDisplay | null
  #progress: CopyProgress | null = null

  constructor(terminal: Terminal, verb: string) {
    const shown = terminal.interactive && !terminal.quiet
    this.#display = shown ? new LiveDisplay(terminal, () => [this.#line(verb)]) : null
    this.#display?.start()
    this.show = (progress) => {
      this.#progress = progress
    }
  }

  stop(): void {
    this.#display?.stop()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #line(verb: string): string {
    if (this.#progress === null) return `${verb} …`
    const { bytes_done, bytes_total } = this.#progress
    if (bytes_done >= bytes_total) return 'Reading the copy whole …'
    return `${verb} … ${spokenBytes(bytes_done)} of ${spokenBytes(bytes_total)}`
  }
}
