import { spokenBytes, spokenDuration } from '../../core/number-text.ts'
import type { Terminal } from '../terminal.ts'
import { LiveDisplay } from './live-display.ts'

/** How far the reading of the logs is. */
export interface ReadProgress {
  readonly bytes_done: number
  readonly bytes_total: number
}

export interface AnalysisProgressDisplay {
  readonly onProgress: (progress: ReadProgress) => void
  end(): void
}

const BAR_WIDTH = 24
/** Before that a rate means nothing. */
const STEADY_MS = 1000

/** One line that is redrawn on a screen; nothing elsewhere. */
export function analysisProgress(
  terminal: Terminal,
  now_ms: () => number = () => performance.now(),
): AnalysisProgressDisplay {
  if (terminal.quiet || !terminal.interactive) return { onProgress: () => {}, end: () => {} }
  const started_ms = now_ms()
  let latest: ReadProgress | null = null
  const display = new LiveDisplay(terminal, () =>
    latest === null ? ['Looking at the logs'] : [progressLine(latest, now_ms() - started_ms, terminal)],
  )
  display.start()
  return {
    onProgress: (progress) => {
      latest = progress
    },
    end: () => {
      display.stop()
    },
  }
}

/** `███░░ 42 %  398 MB of 948 MB  910 MB/s  1 s left` */
export function progressLine(progress: ReadProgress, elapsed_ms: number, terminal: Terminal): string {
  const { bytes_done, bytes_total } = progress
  const share = bytes_total === 0 ? 1 : Math.min(1, bytes_done / bytes_total)
  const full = Math.round(share * BAR_WIDTH)
  const [on, off] = terminal.unicode ? ['█', '░'] : ['#', '.']
  const bar = terminal.style('cyan', on.repeat(full)) + terminal.style('gray', off.repeat(BAR_WIDTH - full))
  const parts = [
    `${bar} ${String(Math.floor(share * 100)).padStart(3)} %`,
    `${spokenBytes(bytes_done)} of ${spokenBytes(bytes_total)}`,
  ]
  if (elapsed_ms >= STEADY_MS && bytes_done > 0) {
    const per_ms = bytes_done / elapsed_ms
    parts.push(`${spokenBytes(per_ms * 1000)}/s`)
    parts.push(`${spokenDuration(Math.ceil((bytes_total - bytes_done) / per_ms / 1000) * 1000)} left`)
  }
  return parts.join('  ')
}
