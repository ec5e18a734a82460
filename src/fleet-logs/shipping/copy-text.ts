import { copyValue } from '../../store/postgres/copy-value.ts'
import type { ShippedLine } from './shipped-line.ts'

/** In the order of {@link copyText}. */
export const COPIED_COLUMNS =
  'logged_at, writer, seq, machine, stream, level, event, task_id, user_id, batch, line'

/** The rows of a batch as COPY takes them. */
export function copyText(lines: readonly ShippedLine[], machine: string, batch: string): string {
  let text = ''
  const host = copyValue(machine)
  for (const { entry, line } of lines) {
    const { timestamp_ms, writer, seq, stream, level, event, task_id, user_id } = entry
    const user = user_id === null ? null : String(user_id)
    text +=
      `${timestamp_ms}\t${copyValue(writer)}\t${seq}\t${host}\t${stream}\t${level}\t${copyValue(event)}\t` +
      `${copyValue(task_id)}\t${copyValue(user)}\t${batch}\t${copyValue(line)}\n`
  }
  return text
}
