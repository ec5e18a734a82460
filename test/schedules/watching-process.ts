import { ScheduleWatch, type WatchStore } from '../../src/schedules/schedule-watch.ts'
import { openStore } from '../../src/store/open-store.ts'
import { FakeClock } from '../support/fake-clock.ts'

/**
 * A process that watches the schedules of the database that its argument names. Told a moment, it looks at it, and answers
 * with what it has decided, as `schedule time state`.
 */
export interface Looked {
  readonly decided: readonly string[]
  readonly errors: readonly string[]
}

const store = await openStore(process.argv[2] ?? '')
const { schedules } = store
const clock = new FakeClock()
let decided: string[] = []
let errors: string[] = []
const watched: WatchStore = {
  keepLooking: (now, unreachable_since) => schedules.keepLooking(now, unreachable_since),
  listGaps: (since) => schedules.listGaps(since),
  listWatched: () => schedules.listWatched(),
  findStarts: (queries) => schedules.findStarts(queries),
  listUnserved: (since, limit) => schedules.listUnserved(since, limit),
  decide: async (decisions) => {
    const is_ours = await schedules.decide(decisions)
    for (const { due_at, state } of is_ours ? decisions.runs : [])
      decided.push(`${decisions.schedule_id} ${new Date(due_at).toISOString()} ${state}`)
    return is_ours
  },
}
const watch = new ScheduleWatch({
  store: watched,
  clock,
  onError: (error) => errors.push(String(error)),
})

async function lookAt(at: number): Promise<void> {
  clock.jumpWall(at - clock.now())
  await watch.look()
  const looked: Looked = { decided, errors }
  decided = []
  errors = []
  process.send?.(looked)
}

process.on('message', (at) => void lookAt(Number(at)))
process.once('disconnect', () => void store.close())
process.send?.('ready')
