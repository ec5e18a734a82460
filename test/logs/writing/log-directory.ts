import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { LogStream } from '../../../src/core/log-event.ts'
import { backupsAmong } from '../../../src/logs/directory/backup-files.ts'

/** A new directory that is deleted after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'log-streams-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The files of a stream, oldest first, the live one last. */
export function streamFiles(directory: string, stream: LogStream): string[] {
  const live = `${stream}.log`
  const names = readdirSync(directory)
  const backups = backupsAmong(names, live).map((backup) => backup.name)
  return [...backups, ...names.filter((name) => name === live)].map((name) => join(directory, name))
}

/** The text of a stream over all its files, oldest first. */
export function streamText(directory: string, stream: LogStream): string {
  return streamFiles(directory, stream)
    .map((file) => readFileSync(file, 'utf8'))
    .join('')
}

/** The lines of a stream over all its files, each with its newline; blank lines are no lines. */
export function streamLines(directory: string, stream: LogStream): string[] {
  const text = streamText(directory, stream)
  return text.split(/(?<=\n)/).filter((line) => line.trim() !== '')
}

export function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
