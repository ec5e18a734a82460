import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT, type Packed } from './pack.ts'

const MEBIBYTE = 1024 ** 2

/** Paths of all files below a folder of the checkout. */
const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length))

/** What a package must hold, packed twice from different folders; called when the tests run. */
export function contentsSuite(packages: () => { readonly packed: Packed; readonly again: Packed }): void {
  suite('what is in the package', () => {
    const inPackage = (folder: string): string[] =>
      packages().packed.paths.filter((path) => path.startsWith(folder))

    test('it has these folders and files at its top', () => {
      const { packed } = packages()
      const top = new Set(packed.paths.map((path) => path.split('/')[0] ?? ''))
      assert.deepEqual([...top].sort(), [
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'bin',
        'dashboard',
        'deploy',
        'dist',
        'docs',
        'examples',
        'migrations',
        'package.json',
        'pages',
        'python',
      ])
    })

    test('of each source it has the program and the types, and nothing that was not built from one', () => {
      const built = filesBelow('src')
        .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
        .map((path) => path.replace(/^src\//, 'dist/').replace(/\.ts$/, ''))
        .flatMap((path) => [`${path}.d.ts`, `${path}.js`])
      const inDist = inPackage('dist/')
      assert.deepEqual(
        inDist.filter((path) => !built.includes(path)),
        [],
      )
      assert.deepEqual(
        built.filter((path) => !inDist.includes(path)),
        [],
      )
    })

    for (const folder of ['bin/', 'deploy/', 'docs/', 'migrations/', 'pages/', 'python/']) {
      test(`it has all of ${folder}, but no pictures`, () => {
        const own = filesBelow(folder).filter(
          (path) => !/^docs\/screenshots\/|^deploy\/secrets\/|__pycache__|\/\.env/.test(path),
        )
        assert.deepEqual(inPackage(folder), own.sort())
      })
    }

    test('of examples and dashboard it has what users need, and no maps', () => {
      const { packed } = packages()
      assert.ok(inPackage('examples/').includes('examples/minimal-sync.ts'))
      assert.ok(inPackage('dashboard/').includes('dashboard/dist/index.html'))
      const odd = packed.paths.filter((path) =>
        /node_modules|__pycache__|\.map$|\.test\.[jt]s|tsbuildinfo|package-lock|(?:^|\/)\./.test(path),
      )
      assert.deepEqual(odd, [])
      assert.ok(inPackage('dashboard/').every((path) => path.startsWith('dashboard/dist/')))
    })

    test('it is smaller than 2 MiB, and 8 MiB unpacked', () => {
      const { packed } = packages()
      assert.ok(packed.bytes < 2 * MEBIBYTE, `${packed.bytes} bytes`)
      assert.ok(packed.unpacked_bytes < 8 * MEBIBYTE, `${packed.unpacked_bytes} bytes unpacked`)
    })

    test('packed again from another folder it is the same, byte for byte', () => {
      const { packed, again } = packages()
      assert.deepEqual(again.paths, packed.paths)
      assert.ok(readFileSync(again.tarball).equals(readFileSync(packed.tarball)))
    })
  })
}
