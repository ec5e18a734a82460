import { randomBytes } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { CleanupReport } from './cleanup-report.ts'
import { ARCHIVES, hasArchiveFolder } from '../directory/listing.ts'
import { openPlainFile, removeFile, unlessMissing } from '../directory/plain-file.ts'

const NAME = 'cleanup-history.jsonl'
const TEMPORARY = /^cleanup-history\.[\da-f]{16}\.tmp$/

/** Whether a name in the archive folder is one that only a killed write of the history leaves behind. */
export function isUnfinishedHistory(name: string): boolean {
  return TEMPORARY.test(name)
}

/**
 * The reports kept, oldest first; lines that are no report are left out.
 * @throws system errors
 */
export async function readHistory(directory: string): Promise<CleanupReport[]> {
  if (!(await hasArchiveFolder(directory))) return []
  const handle = await unlessMissing(openPlainFile(join(directory, ARCHIVES, NAME)))
  if (!handle) return []
  await using _ = handle
  const lines = (await handle.readFile('utf8')).split('\n')
  return lines.map(parseReport).filter((report) => report !== undefined)
}

/**
 * Adds a report and keeps the newest `limit`. Only the holder of the clean-up lock may call it.
 * @throws system errors
 */
export async function addToHistory(directory: string, report: CleanupReport, limit: number): Promise<void> {
  if (!(await hasArchiveFolder(directory))) throw new Error('there is no archive folder')
  const archives = join(directory, ARCHIVES)
  const before = await readHistory(directory).catch((): CleanupReport[] => [])
  const text = [...before, report]
    .slice(-limit)
    .map((each) => `${JSON.stringify(each)}\n`)
    .join('')
  const temporary = join(archives, `cleanup-history.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await using handle = await open(temporary, 'wx', 0o640)
    await handle.writeFile(text)
    await handle.sync()
    await rename(temporary, join(archives, NAME))
  } catch (error) {
    await removeFile(temporary).catch(() => {
      // The next clean-up removes it.
    })
    throw error
  }
}

function parseReport(line: string): CleanupReport | undefined {
  try {
    const report = JSON.parse(line) as Partial<CleanupReport> | null
    const is_report =
      typeof report?.task_id === 'string' &&
      typeof report.finished_at === 'string' &&
      typeof report.options === 'object' &&
      Array.isArray(report.errors)
    return is_report ? (report as CleanupReport) : undefined
  } catch {
    return undefined
  }
}
