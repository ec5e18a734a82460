import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './place.ts'

const LITERAL = /'((?:[^'\\\n]|\\.)+)'|"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\]|\\.)+)`/g
const SHORTEST = 10

const escaped = (text: string): string => text.replaceAll(/[.*+?^$()|[\]{}\\/-]/g, '\\$&')

/** What the program can say: the texts of its source, with anything where a template puts something in. */
export function sourceTexts(): RegExp[] {
  const files = ['src', 'bin'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join(ROOT, folder, name)),
  )
  return files.flatMap((file) => textsOf(readFileSync(file, 'utf8')))
}

/** Of one file. */
export function textsOf(source: string): RegExp[] {
  return [...source.matchAll(LITERAL)].flatMap(([, single, double, template]) => {
    const text = (single ?? double ?? template ?? '').replaceAll(/\\(['"`\\])/g, '$1')
    const parts = template === undefined ? [text] : text.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/)
    if (parts.join('').trim().length < SHORTEST) return []
    return [new RegExp(`^(?:Error: )?${parts.map(escaped).join('.*')}$`, 's')]
  })
}
