import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium as playwright, type Browser } from 'playwright-core'

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
const PACKAGE = new URL('../../node_modules/@sparticuz/chromium/', import.meta.url)
/** The package unpacks into the temporary folder; here it is one of ours. */
const UNPACK = `import chromium from ${JSON.stringify(new URL('build/index.js', PACKAGE).href)}
await chromium.executablePath()`

/**
 * Where Chromium is, unpacked once for all. Several processes may come at the same time on a fresh checkout: each unpacks
 * into a folder of its own, and the first that is whole takes the name.
 */
async function chromiumPath(): Promise<string> {
  const { default: manifest } = (await import(new URL('package.json', PACKAGE).href, {
    with: { type: 'json' },
  })) as { default: { version: string } }
  const name = `chromium-${manifest.version}`
  const unpacked = join(CACHE, name)
  if (!existsSync(unpacked)) {
    mkdirSync(CACHE, { recursive: true })
    const fresh = mkdtempSync(join(CACHE, `${name}-`))
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK], {
      env: { ...process.env, TMPDIR: fresh },
    })
    try {
      renameSync(fresh, unpacked)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      if (readdirSync(unpacked).length === 0) throw error
    }
  }
  return join(unpacked, 'chromium')
}

/**
 * A real Chromium, without a screen. Not with the arguments that the package recommends: they turn off what keeps
 * sites apart, which is what we test.
 */
export async function launchChromium(): Promise<Browser> {
  return await playwright.launch({
    executablePath: await chromiumPath(),
    // It may run as root, as whom Chromium has no sandbox; it sees nothing but our own pages.
    args: ['--no-sandbox', '--disable-gpu'],
    headless: true,
  })
}
