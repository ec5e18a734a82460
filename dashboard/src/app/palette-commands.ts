import type { KeyText } from '../parts/key-presses.ts'

/** Something that the palette can do. */
export interface Command {
  readonly id: string
  /** Under what it stands. */
  readonly group: string
  readonly words: string
  /** What else somebody may type who means it. */
  readonly also?: string
  /** What does the same without the palette. */
  readonly keys?: KeyText
  readonly run: () => void
}

export interface TypedAddress {
  readonly words: string
  readonly address: string
}

/** Where what is typed may lead to besides the commands: a sync, a user, the log lines with these words. */
export function typedAddresses(typed: string): readonly TypedAddress[] {
  const text = typed.trim()
  if (text === '') return []
  const sync = /^(?:sync\s+)?#?(\d{1,15})$/i.exec(text)?.[1]
  const user = /^user\s+(\S.*)$/i.exec(text)?.[1] ?? (/^\d{1,15}$/.test(text) ? text : undefined)
  const wanted = /^logs?\s+(\S.*)$/i.exec(text)?.[1] ?? text
  return [
    ...(sync === undefined ? [] : [{ words: `Open sync ${sync}`, address: `/syncs/${sync}` }]),
    ...(user === undefined
      ? []
      : [{ words: `Open user ${user}`, address: `/users/${encodeURIComponent(user)}` }]),
    { words: `Search the logs for “${wanted}”`, address: `/logs?${new URLSearchParams({ text: wanted })}` },
    {
      words: `Syncs with “${wanted}” in their error`,
      address: `/syncs?${new URLSearchParams({ text: wanted })}`,
    },
  ]
}

/** Those in which each typed word begins some word, best first: what begins with it comes before what has it within. */
export function matching<T extends { readonly words: string; readonly also?: string }>(
  commands: readonly T[],
  typed: string,
): readonly T[] {
  const parts = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (parts.length === 0) return commands
  const ranked = commands.flatMap((command) => {
    const words = `${command.words} ${command.also ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}]+/u)
    const fits = parts.every((part) => words.some((word) => word.startsWith(part)))
    if (!fits) return []
    return [{ command, rank: command.words.toLowerCase().startsWith(parts[0] ?? '') ? 0 : 1 }]
  })
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ command }) => command)
}

interface CommandGroup<T> {
  readonly name: string
  readonly commands: readonly T[]
}

/** In the order of the best of each. */
export function commandGroups<T extends { readonly group: string }>(
  commands: readonly T[],
): CommandGroup<T>[] {
  return [...Map.groupBy(commands, ({ group }) => group)].map(([name, members]) => ({
    name,
    commands: members,
  }))
}
