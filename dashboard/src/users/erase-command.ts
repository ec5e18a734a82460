/** As one word of a shell, whatever stands in it. */
const shellWord = (text: string): string =>
  /^[\w@%+:,./][\w@%+:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** What shows which traces of a user there are, and with `--yes` erases them. */
export function eraseCommand(user_id: string): string {
  // What begins like an option belongs to the one before it only so.
  const user = user_id.startsWith('-') ? `--user=${shellWord(user_id)}` : `--user ${shellWord(user_id)}`
  return `canvas-sync-monitor privacy erase ${user}`
}
