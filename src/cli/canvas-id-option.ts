import { MonitorError } from '../core/errors.ts'

/** A number, `shard~number`, or a SIS id as Canvas writes it in paths. @throws MonitorError `usage` */
export function checkCanvasId(id: string): void {
  if (/^(?:\d{1,20}(?:~\d{1,20})?|sis_\w+_id:[\w.%-]+|self)$/.test(id)) return
  throw new MonitorError('usage', `"${id}" is no id of Canvas.`, {
    next_step: 'Take the number from the address of the course or account in Canvas.',
  })
}
