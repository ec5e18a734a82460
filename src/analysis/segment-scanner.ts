import { LOG_FORMS } from '../core/log-entry.ts'
import { legacyZone } from '../logs/reading/parse-line.ts'
import { Kernel } from './kernel/kernel.ts'
import { scanSegment } from './scan-segment.ts'
import type { WorkerAnswer, WorkerRequest, WorkerSettings } from './worker-protocol.ts'

/** What a thread reads at once: small enough for its cache. */
const INPUT_BYTES = 262_144
/** Progress is told in steps, not with every block. */
const TELL_EVERY_BYTES = 4 * 1_048_576

/** Does what an analysing thread is asked; a kernel of its own holds the counts. */
export class SegmentScanner {
  readonly #kernel: Kernel
  readonly #zone: ReturnType<typeof legacyZone>
  readonly #answer: (answer: WorkerAnswer) => void

  private constructor(kernel: Kernel, settings: WorkerSettings, answer: (answer: WorkerAnswer) => void) {
    this.#kernel = kernel
    this.#zone = legacyZone(settings.legacy_zone)
    this.#answer = answer
  }

  static async create(
    settings: WorkerSettings,
    answer: (answer: WorkerAnswer) => void,
  ): Promise<SegmentScanner> {
    return new SegmentScanner(await Kernel.create(INPUT_BYTES, settings.range), settings, answer)
  }

  async handle(request: WorkerRequest): Promise<void> {
    if (request.kind === 'dump') {
      this.#answer({ kind: 'dump', dump: this.#kernel.dump() })
      return
    }
    if (request.kind === 'copies') {
      const form = LOG_FORMS.indexOf('json')
      for (const line of request.lines) this.#kernel.scanLine(line, request.stream, -1, form)
      this.#answer({ kind: 'copies' })
      return
    }
    const { index, segment } = request
    let untold = 0
    const tell = (bytes: number): void => {
      untold += bytes
      if (untold < TELL_EVERY_BYTES) return
      this.#answer({ kind: 'bytes', bytes: untold })
      untold = 0
    }
    const result = await scanSegment(this.#kernel, segment, this.#zone, tell)
    this.#answer({ kind: 'bytes', bytes: untold })
    this.#answer({ kind: 'segment', index, result })
  }
}
