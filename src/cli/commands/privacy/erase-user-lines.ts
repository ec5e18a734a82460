import { systemClock } from '../../../core/clock.ts'
import { eraseShippedLines, type ErasedShippedLines } from '../../../fleet-logs/erase-shipped-lines.ts'
import { Ingest } from '../../../ingest/ingest.ts'
import { eraseLines, type ErasedLines } from '../../../logs/erasure/erase-lines.ts'
import { isPostgres } from '../../../store/open-store.ts'
import type { Store } from '../../../store/store.ts'
import { flagValue, type CommandContext } from '../../command.ts'
import type { TextDisplay } from '../../progress/text-display.ts'

export interface ErasedUserLines {
  readonly logs: ErasedLines
  readonly task_ids_known: number
  /** Of the lines of all machines; null where there are none, and with `--logs-only`. */
  readonly shipped: ErasedShippedLines | null
}

/**
 * Takes the lines of a user out of the log folder.
 *
 * @param store knows which syncs were the user's, as long as their rows are there; null where there is none
 */
export async function eraseUserLines(
  context: CommandContext,
  store: Store | null,
  user_id: string,
  display: TextDisplay,
): Promise<ErasedUserLines> {
  if (store !== null) await writeLinesLeftBehind(context, store)
  const task_ids = new Set(await store?.erasure.taskIds(user_id))
  const logs = await eraseLines(
    context.config.log_dir,
    { user_id, task_ids },
    {
      clock: systemClock,
      signal: context.signal,
      onProgress: (file, done, total) => {
        display.show(`Reading ${file} (${done + 1} of ${total}) …`)
      },
    },
  )
  const { database } = context.config
  // After the files: what a shipper reads in between is left out as soon as this has begun.
  const shipped =
    store !== null && isPostgres(database) && !flagValue(context, 'logs-only')
      ? await eraseShippedLines(database, { user_id, task_ids }, context.signal)
      : null
  return { logs, task_ids_known: task_ids.size, shipped }
}

/** Whether another look found nothing, and every line could be judged. */
export function allErased({ lines_left, suspicious_lines, failures }: ErasedLines): boolean {
  return lines_left === 0 && suspicious_lines === 0 && failures.length === 0
}

/** Lines that a killed server has committed and not written are in no file: the next server would write them later. */
async function writeLinesLeftBehind({ config }: CommandContext, store: Store): Promise<void> {
  const failures: unknown[] = []
  const ingest = await Ingest.open({
    store: store.ingest,
    logDir: config.log_dir,
    streams: config.log_streams,
    clock: systemClock,
    onFailure: (error) => failures.push(error),
  })
  await ingest.close()
  if (failures.length > 0) throw failures[0]
}
