import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Compiles programs of this project into a directory, as the package is compiled, and returns it: Node's own
 * handling of types takes 20 MiB on each thread, which nobody who installs the package pays for.
 *
 * @param files paths from the project's root
 */
export async function compileInto(directory: string, files: readonly string[]): Promise<string> {
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: ROOT,
      outDir: directory,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    files: files.map((file) => join(ROOT, file)),
    include: [],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module', version: '0.0.0' }))
  mkdirSync(join(directory, 'dashboard'))
  for (const name of ['node_modules', 'migrations', 'dashboard/dist'])
    symlinkSync(join(ROOT, name), join(directory, name))
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', directory])
  return directory
}
