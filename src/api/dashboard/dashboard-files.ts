import { readdir, readFile } from 'node:fs/promises'

/** The same depth below `src` and `dist`; made by `npm run build:dashboard`. */
const FOLDER = new URL('../../../dashboard/dist/', import.meta.url)

interface DashboardFiles {
  /** The page as it is below a base path, the same bytes each time. */
  pageAt(base_path: string): Uint8Array
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
  const page = await readFile(new URL('index.html', FOLDER), 'utf8')
  const pages = new Map<string, Uint8Array>()
  return {
    pageAt(base_path) {
      const made = pages.get(base_path) ?? Buffer.from(withBasePath(page, base_path))
      pages.set(base_path, made)
      return made
    },
    assets: new Map(await Promise.all(assets)),
  }
}

/** A base path has no character that means anything in HTML. What the page names is beside it when it is built. */
function withBasePath(page: string, base_path: string): string {
  return page
    .replaceAll('="./', `="${base_path}/`)
    .replace('name="base-path" content=""', `name="base-path" content="${base_path}"`)
}
