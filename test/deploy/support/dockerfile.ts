import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { ROOT } from './deploy-files.ts'

export interface Instruction {
  readonly word: string
  /** What stands behind the word, on one line. */
  readonly text: string
}

/** The instructions of the Dockerfile by stages: those before the first `FROM` are the first. */
export function dockerStages(): Instruction[][] {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const stages: Instruction[][] = [[]]
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (word === 'FROM') stages.push([])
    stages.at(-1)?.push({ word, text: rest })
  }
  return stages
}

/** The texts of the instructions of a kind. */
export const textsOf = (stage: readonly Instruction[] | undefined, word: string): string[] =>
  (stage ?? []).filter((each) => each.word === word).map(({ text }) => text)

/** The variables that a stage sets. */
export function environmentOf(stage: readonly Instruction[] | undefined): Record<string, string> {
  const pairs = textsOf(stage, 'ENV').flatMap((text) => [...text.matchAll(/(\w+)=(\S+)/g)])
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

/** Whether `.dockerignore` keeps a path out of the build. */
export function isIgnored(path: string): boolean {
  const patterns = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^\//, ''))
  const parents = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
  return patterns.some((pattern) => parents.some((parent) => matchesGlob(parent, pattern)))
}
