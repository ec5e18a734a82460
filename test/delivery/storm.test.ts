import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodedMail, RealPath, ThreeChannels } from './support/real-path.ts'

const FAILURES = 1000
const USERS = 50
const MINUTE_S = 60
const SECONDS = 55

/** What is nobody's business: a name, an address, a token, a grade, in whatever a program reports. */
const PRIVATE = [
  'Ada Lovelace-Byron',
  'ada.lovelace@students.example.edu',
  '7~Zq3vB8nLkP0sTzQwErTyUiOpAsDfGhJkLzXcVbNm1234567890QwErTyUiOpAs',
  'grade of 59.25 points',
]
const ENDINGS = [
  { status: 'failed', error_type: 'job_error' },
  { status: 'failed', error_type: 'network' },
  { status: 'failed', error_type: 'token_expired' },
  { status: 'failed', error_type: 'canvas_error' },
  { status: 'partial', error_type: 'forbidden' },
  { status: 'failed', error_type: 'timeout' },
  { status: 'failed', error_type: 'storage' },
]

const channels = await ThreeChannels.start()
const { slack, hook, smtp } = channels

/** One sync of a user, of the types in turn, that ended so. */
function syncOf(number: number, ending: object, given: object = {}): object[] {
  const user_id = String(100 + (number % USERS))
  const sync_type = ['grades', 'courses', 'all', 'enrollments'][number % 4] ?? 'all'
  const task_id = `task-${number}`
  return [
    { type: 'start', task_id, user_id, sync_type, ...given },
    { type: 'finish', task_id, ...ending },
  ]
}

test(`${FAILURES} failures of ${USERS} users within a minute are five messages at most to each channel, and nothing private is in them`, async (t) => {
  const path = await RealPath.open((clock) => channels.open(clock))
  let failures = 0
  const secret = PRIVATE.join(' ')
  await path.pass(MINUTE_S, async (second) => {
    const events: object[] = []
    for (; failures < FAILURES && failures < ((second + 1) * FAILURES) / SECONDS; failures++) {
      const ending = ENDINGS[failures % ENDINGS.length]
      const sync = syncOf(
        failures,
        { ...ending, error_message: `${secret} at line ${failures}` },
        { metadata: { owner: secret } },
      )
      const problem = { id: 1, error_type: 'forbidden', message: secret }
      events.push(...sync.toSpliced(1, 0, { type: 'problem', task_id: `task-${failures}`, ...problem }))
    }
    if (events.length > 0) await path.report(events)
  })
  assert.equal(failures, FAILURES)
  await path.pass(15 * MINUTE_S, undefined, 5)
  const found = await path.store.incidents.listOpen()
  const of_storm = { slack: slack.received.length, mail: smtp.received.length, hook: hook.received.length }
  t.diagnostic(`${found.length} incidents, messages ${JSON.stringify(of_storm)}`)
  for (const [channel, count] of Object.entries(of_storm)) {
    assert.ok(count >= 1 && count <= 5, `${count} messages to ${channel}`)
  }
  const told = new Set(
    hook.received.flatMap(({ body }) => {
      const { data } = JSON.parse(body) as { data: { incidents: { id: number }[] } }
      return data.incidents.map(({ id }) => id)
    }),
  )
  for (const { id, state, rule } of found) {
    if (state === 'open') assert.ok(told.has(id), `${rule} ${id} was not told`)
  }
  const said = [
    ...slack.received.map(({ body }) => body),
    ...hook.received.map(({ body }) => body),
    ...smtp.received.map(({ raw }) => decodedMail(raw)),
  ].join('\n')
  for (const word of [...PRIVATE, 'Lovelace', 'ada.lovelace', '59.25']) assert.ok(!said.includes(word), word)
  assert.match(said, /50 users/)

  // And all of it is over: of what comes and goes, with the third good one.
  let good = FAILURES
  await path.report(Array.from({ length: USERS * 8 }, () => syncOf(good++, {})).flat())
  await path.pass(10 * MINUTE_S, undefined, 5)
  const ends = hook.received.length - of_storm.hook
  assert.deepEqual(await path.store.incidents.listOpen(), [])
  assert.ok(ends >= 1 && ends <= 5, `${ends} messages at the end`)
  assert.deepEqual(path.errors, [])
})
