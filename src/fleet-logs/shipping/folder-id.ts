import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../core/errors.ts'
import { unlessMissing } from '../../logs/directory/plain-file.ts'

const NAME = '.folder-id'
const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
const NOT_TO_BE_WRITTEN = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT'])

/**
 * What tells a log folder from one with the same path on another machine with the same name, as containers have them; made
 * once. Empty where nothing can be written into the folder.
 * @throws system errors
 */
export async function folderId(directory: string): Promise<string> {
  const path = join(directory, NAME)
  for (;;) {
    const known = (await unlessMissing(readFile(path, 'utf8')))?.trim()
    if (known !== undefined && ID.test(known)) return known
    // One that a power cut has emptied.
    if (known !== undefined) await rm(path, { force: true })
    const code = await make(path)
    if (code !== null && NOT_TO_BE_WRITTEN.has(code)) return ''
  }
}

/** Linked with its content in it, so that of two who make it both get the same. */
async function make(path: string): Promise<string | null> {
  const unnamed = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(unnamed, `${randomUUID()}\n`, { flag: 'wx', mode: 0o640 })
    await link(unnamed, path)
    return null
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === undefined || (code !== 'EEXIST' && !NOT_TO_BE_WRITTEN.has(code))) throw error
    return code
  } finally {
    await rm(unnamed, { force: true }).catch(() => {})
  }
}
