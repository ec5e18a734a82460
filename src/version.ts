import { readFileSync } from 'node:fs'

/** The version of this package. */
export function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

/** The commit of the source, where it runs from a clone; null where it was installed. */
export function revision(): string | null {
  const git = new URL('../.git/', import.meta.url)
  const read = (name: string): string => readFileSync(new URL(name, git), 'utf8').trim()
  try {
    const head = read('HEAD')
    const commit = head.startsWith('ref: ') ? read(head.slice('ref: '.length)) : head
    return /^[\da-f]{40}$/.test(commit) ? commit.slice(0, 12) : null
  } catch {
    // Packed references and work trees are not looked into: it is told where it is easy to know.
    return null
  }
}
