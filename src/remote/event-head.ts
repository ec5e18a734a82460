/** How each line of the spool begins: see `event-forms.ts`. */
const HEAD = /^\{"type":"(\w+)","task_id":("(?:[^"\\]|\\.)*")(?:,"id":"([^"\\]*)")?/

export interface EventHead {
  readonly type: string
  readonly task_id: string
  /** Empty for one that has none. */
  readonly id: string
}

/** What a line is about, without reading all of it; null for a line that is none of ours. */
export function headOf(line: string): EventHead | null {
  const [, type, task_id, id = ''] = HEAD.exec(line) ?? []
  if (type === undefined || task_id === undefined) return null
  return { type, task_id: JSON.parse(task_id) as string, id }
}

/** The line with another task id. */
export function renamed(line: string, { type, task_id }: EventHead, as: string): string {
  const before = `{"type":"${type}","task_id":`.length
  return line.slice(0, before) + JSON.stringify(as) + line.slice(before + JSON.stringify(task_id).length)
}
