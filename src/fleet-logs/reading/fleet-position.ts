import { MonitorError } from '../../core/errors.ts'

/** Where who follows the lines of all machines goes on. */
export interface FleetPosition {
  /** Everything of batches before it was given. */
  readonly batch: number
  /** Of this batch so many lines, whether they matched or not. */
  readonly lines: number
}

export function encodeFleetPosition({ batch, lines }: FleetPosition): string {
  return `fleet-${batch}-${lines}`
}

/** @throws MonitorError `usage` */
export function decodeFleetPosition(text: string): FleetPosition {
  const [, batch, lines] = /^fleet-(\d{1,16})-(\d{1,10})$/.exec(text) ?? []
  if (batch === undefined || lines === undefined) {
    throw new MonitorError('usage', 'The position to go on from cannot be read.', {
      next_step: 'Give the position of the last item that arrived, or none to begin at the end.',
    })
  }
  return { batch: Number(batch), lines: Number(lines) }
}
