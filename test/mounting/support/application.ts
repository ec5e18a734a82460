import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import { ROOT } from './example-app.ts'

/** What the package has besides what is compiled. */
const FOLDERS = ['dashboard', 'docs', 'migrations', 'pages']

/**
 * A folder like that of an application into which this package was installed, with its compiled form: what compiles
 * applications looks there. It is in the checkout, because they take no links to elsewhere.
 */
export async function applicationFolder(): Promise<string> {
  const folder = mkdtempSync(join(ROOT, '.next-example-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const installed = join(folder, 'node_modules', 'canvas-sync-monitor')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"application","private":true,"type":"module"}')
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  for (const name of FOLDERS) symlinkSync(join(ROOT, name), join(installed, name))
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc')
  const project = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')]
  await promisify(execFile)(compiler, project)
  return folder
}
