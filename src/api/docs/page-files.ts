import { readFile } from 'node:fs/promises'

/** The same depth below `src` and `dist`; the files are neither compiled nor copied. */
const FOLDER = new URL('../../../pages/docs/', import.meta.url)

export const PAGE_FILES = [
  'docs.css',
  'docs.js',
  'element.js',
  'operation-view.js',
  'read-answer.js',
  'schema-view.js',
  'try-it.js',
] as const
export type PageFile = (typeof PAGE_FILES)[number]

const read = new Map<string, Promise<Uint8Array>>()

/** The bytes of a file of the page, read once. */
export function pageFile(name: PageFile | 'index.html'): Promise<Uint8Array> {
  const known = read.get(name)
  if (known !== undefined) return known
  const bytes = readFile(new URL(name, FOLDER))
  read.set(name, bytes)
  return bytes
}
