import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBlocks, type CodeBlock } from './code-blocks.ts'
import { ROOT } from './place.ts'

const folder = (name: string): string[] =>
  readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' })
    .filter((each) => each.endsWith('.md'))
    .map((each) => `${name}/${each}`)
    .sort()

/** Everything that tells people what to do, by their paths from the root. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].filter((name) => existsSync(join(ROOT, name))),
  ...folder('docs'),
]

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** The blocks of all pages, by page, in order. */
export const allBlocks = (): ReadonlyMap<string, readonly CodeBlock[]> =>
  new Map(
    PAGES.map((page) => [page, readBlocks(page, readPage(page))] as const).filter(
      ([, { length }]) => length > 0,
    ),
  )
