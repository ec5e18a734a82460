import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { checkEnd, checkMounted, checkSyncs } from './support/check-example.ts'
import { openExample, ROOT } from './support/example-app.ts'

/** Decorators are nothing that Node can leave out: the example is compiled into a project that has what it needs. */
async function compiled(): Promise<string> {
  const project = temporaryDirectory()
  const installed = join(project, 'node_modules')
  mkdirSync(installed)
  for (const name of ['@nestjs', 'reflect-metadata', 'rxjs']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(installed, name))
  }
  symlinkSync(ROOT, join(installed, 'canvas-sync-monitor'))
  const mounting = join(ROOT, 'examples', 'mounting')
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc')
  const output = ['--noEmit', 'false', '--rootDir', mounting, '--outDir', project]
  // The check of everything checks its types.
  await promisify(execFile)(compiler, ['-p', join(mounting, 'nest'), '--noResolve', '--noCheck', ...output])
  return project
}

test('examples/mounting/nest: three syncs, the mounted monitor, and its end', async () => {
  const cwd = await compiled()
  const args = ['--conditions=canvas-sync-monitor-source', join('nest', 'main.js')]
  await using world = await openExample({ args, cwd })
  const example = await checkSyncs(world)
  await checkMounted(world, example)

  // With its hooks done, Nest sends itself the signal once more.
  await checkEnd(world, example, 'SIGTERM')
})
