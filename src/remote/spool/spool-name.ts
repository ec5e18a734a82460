import { pidSpace, processStart } from '../../logs/directory/process-identity.ts'

const NAME = /^([\da-f]{12})\.(\d{1,10})\.(\w{1,40})\.([\w.~-]{1,200})$/
/** Stands for a process that has left its lane to whoever comes, wherever that is. */
const NOBODY = { pid: 0, process_started: 'none', space: '-' }

/** The folder of a lane: `<run>.<pid>.<start of process>.<where the pid means something>`. */
export interface LaneName {
  /** Names one outbox for ever; its events carry it in their ids. */
  readonly run: string
  readonly pid: number
  readonly process_started: string
  readonly space: string
}

export function laneName({ run, pid, process_started, space }: LaneName): string {
  return `${run}.${pid}.${process_started}.${space}`
}

export function parseLaneName(name: string): LaneName | null {
  const [, run, pid, process_started = '', space = ''] = NAME.exec(name) ?? []
  return run === undefined ? null : { run, pid: Number(pid), process_started, space }
}

/** The lane of this process. */
export function ownLaneName(run: string): LaneName {
  const started = (processStart(process.pid) ?? 'unknown').replaceAll(/\W/g, '_').slice(0, 40)
  return { run, pid: process.pid, process_started: started, space: ownSpace() }
}

/** The same when its owner wants no more of it. */
export const leftLaneName = ({ run }: LaneName): LaneName => ({ run, ...NOBODY })

const ownSpace = (): string =>
  pidSpace()
    .replaceAll(/[^\w.-]/g, '~')
    .slice(0, 200)

/** `elsewhere`: its process is on another host or in another container, and cannot be looked at from here. */
export type LaneOwner = 'alive' | 'gone' | 'elsewhere'

export function ownerOf({ pid, process_started, space }: LaneName): LaneOwner {
  if (pid === NOBODY.pid && space === NOBODY.space) return 'gone'
  if (space !== ownSpace()) return 'elsewhere'
  const start = processStart(pid)?.replaceAll(/\W/g, '_').slice(0, 40)
  if (start === undefined) return 'gone'
  return start === process_started || start === 'unknown' || process_started === 'unknown' ? 'alive' : 'gone'
}
