import { readdir, readFile } from 'node:fs/promises'

/** The same depth below `src` and `dist`; made by `npm run build:dashboard`. */
const FOLDER = new URL('../../../dashboard/dist/', import.meta.url)

interface DashboardFiles {
  readonly page: Uint8Array
  /** By name. A name holds a hash of what is in the file, which therefore never changes. */
  readonly assets: ReadonlyMap<string, Uint8Array>
}

let files: Promise<DashboardFiles> | null = null

/** The built dashboard, read once; null when it was not built. */
export async function dashboardFiles(): Promise<DashboardFiles | null> {
  files ??= readAll()
  try {
    return await files
  } catch {
    // Whoever builds it now need not start the server again.
    files = null
    return null
  }
}

async function readAll(): Promise<DashboardFiles> {
  const folder = new URL('assets/', FOLDER)
  const names = await readdir(folder)
  const assets = names.map(async (name) => [name, await readFile(new URL(name, folder))] as const)
  return { page: await readFile(new URL('index.html', FOLDER)), assets: new Map(await Promise.all(assets)) }
}
