import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT_PARAMETERS } from '../../src/api/events/event-filter.ts'
import { liveEventSchema, type CourseEventData } from '../../src/api/events/event-schemas.ts'
import { courseOutcome, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { assertBadParameter } from './support/assert-problem.ts'
import { openEventServer, syncOf, told } from './support/event-server.ts'
import { runOne } from './support/run-one.ts'
import { sync as given } from './support/sync-factory.ts'

test('it sends the start, the progress, each course and the end of a sync, in the form that is documented', async () => {
  const { store, follow } = await openEventServer()
  const reader = await follow()
  const { headers } = reader.response
  assert.equal(headers.get('content-type'), 'text/event-stream')
  assert.equal(headers.get('cache-control'), 'no-store, no-transform')
  assert.equal(headers.get('x-accel-buffering'), 'no')
  const id = await store.syncs.startSync(syncStart('one'))
  const [started] = await reader.take(1)
  await store.syncs.saveProgress(id, syncProgress({ progress_percent: 50 }))
  const [progress] = await reader.take(1)
  await store.syncs.saveCourseOutcome(id, courseOutcome('9', { outcome: 'failed', error_type: 'timeout' }))
  const [course] = await reader.take(1)
  await store.syncs.finishSync(id, syncFinish({ status: 'failed', error_type: 'timeout' }))
  const [ended] = await reader.take(1)
  for (const event of [started, progress, course, ended]) {
    const data: unknown = JSON.parse(event?.data ?? '')
    assert.deepEqual(liveEventSchema.parse(data), data)
  }
  const changes = [started, progress, ended].map((event) => {
    const { change, old_status, status, sync } = syncOf(event)
    return [change, old_status, status, sync.id, sync.progress.percent]
  })
  assert.deepEqual(changes, [
    ['started', null, 'in_progress', id, null],
    ['progress', null, 'in_progress', id, 50],
    ['status', 'in_progress', 'failed', id, null],
  ])
  assert.equal(course?.event, 'course')
  const { sync_task_id, user_id, course: outcome } = JSON.parse(course.data) as CourseEventData
  assert.deepEqual([sync_task_id, user_id, outcome.course_id, outcome.outcome], ['one', 42, 9, 'failed'])
  await reader.close()
})

test('the stream can be read by people, whatever a task id holds', async () => {
  const { store, url } = await openEventServer()
  const response = await fetch(url)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  await runOne(store, 'a\n\ndata: "forged"\u2028')
  let text = ''
  while (!text.includes('completed\n')) text += (await reader?.read())?.value ?? ''
  while (!text.endsWith('\n\n')) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  assert.match(
    text,
    /^retry: 2000\nid: 0\n\n: "a\\n\\ndata: \\"forged\\"[^\n]*" in_progress\nid: 1\nevent: sync\ndata: \{/,
  )
  assert.match(
    text,
    /\n: "a\\n\\ndata: [^\n]*" in_progress → completed\nid: 2\nevent: sync\ndata: \{[^\n]*\}\n\n$/,
  )
})

test('the filters choose what is sent', async () => {
  const { store, follow } = await openEventServer()
  const { syncs } = store
  const other = await syncs.startSync(syncStart('before', { user_id: '7' }))
  const queries = {
    '?user_id=7': ['before completed', 'b in_progress', 'b failed'],
    '?status=failed,lost': ['b failed'],
    '?status=in_progress': ['before completed', 'a in_progress', 'a completed', 'b in_progress', 'b failed'],
    '?type=grades': ['b in_progress', 'b failed'],
    [`?sync_id=${other}`]: ['before completed'],
    '?task_id=a': ['a in_progress', 'a completed'],
    '?kind=sync&status=completed&user_id=42': ['a completed'],
  }
  const readers = await Promise.all(Object.keys(queries).map((query) => follow(query)))
  const courses = await follow('?kind=course&task_id=b')
  await syncs.finishSync(other, syncFinish())
  await runOne(store, 'a')
  const b = await syncs.startSync(syncStart('b', { user_id: '7', sync_type: 'grades' }))
  await syncs.saveCourseOutcome(b, courseOutcome('3'))
  await syncs.finishSync(b, syncFinish({ status: 'failed', error_type: 'timeout' }))
  for (const [index, [query, expected]] of Object.entries(queries).entries()) {
    const seen: string[] = []
    while (seen.length < expected.length) {
      const event = await readers[index]?.next()
      if (event?.event === 'sync') seen.push(told(event))
    }
    assert.deepEqual(seen, expected, query)
  }
  assert.equal((await courses.next())?.event, 'course')
  for (const reader of [...readers, courses]) await reader.close()
})

test('what is not known is refused, and named', async () => {
  const { url } = await openEventServer()
  const ask = (query: string): Promise<Response> => fetch(`${url}?${query}`)
  const statuses = EVENT_PARAMETERS.status.meta()?.description
  assert.ok(statuses)
  await assertBadParameter(
    await ask('kind=x'),
    'kind',
    'one or more of sync, course, with commas between them',
  )
  await assertBadParameter(
    await ask('after=-1'),
    'after',
    `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  )
  assert.equal((await ask('status=done')).status, 400)
  assert.equal((await ask('sync_id=x')).status, 400)
})

for (const way of ['header', 'parameter'] as const) {
  test(`who comes back with the ${way} in the middle of a load misses nothing and gets nothing twice`, async () => {
    const { store, follow } = await openEventServer()
    const count = 150
    let reader = await follow()
    const loading = (async () => {
      for (let index = 0; index < count; index += 3) {
        await Promise.all([0, 1, 2].map((lane) => runOne(store, `task-${index + lane}`)))
      }
    })()
    const seen: string[] = []
    for (let visit = 1; seen.length < count * 2; visit++) {
      for (const event of await reader.take(Math.min(1 + (visit % 13), count * 2 - seen.length)))
        seen.push(told(event))
      const place = reader.last_id
      await reader.close()
      // A browser repeats its first address; the header is what counts.
      reader = await (way === 'header' ? follow('?after=0', place) : follow(`?after=${place}`))
    }
    await loading
    await reader.close()
    assert.equal(new Set(seen).size, count * 2)
    assert.ok(seen.every((one) => /^task-\d+ (?:in_progress|completed)$/.test(one)))
  })
}

test('who was there before anything happened misses nothing, also without an event', async () => {
  const { store, follow } = await openEventServer()
  await runOne(store, 'before')
  const first = await follow()
  const waiting = first.next()
  while (first.last_id === '') await new Promise((resolve) => setImmediate(resolve))
  await first.close()
  await waiting
  await runOne(store, 'meanwhile')
  const second = await follow('', first.last_id)
  assert.deepEqual((await second.take(2)).map(told), ['meanwhile in_progress', 'meanwhile completed'])
  await second.close()
})

test('who was away for longer than changes are kept is told to load again, and then goes on', async () => {
  const { store, follow } = await openEventServer()
  for (let index = 0; index < 5; index++) await runOne(store, `old-${index}`)
  await store.changes.prune({ before: 0, keep: 2, limit: 100 })
  for (const place of ['3', '999999', 'of another server', '99999999999999999999']) {
    const reader = await follow('', place)
    const [resync] = await reader.take(1)
    assert.deepEqual([resync?.event, resync?.id], ['resync', '10'], place)
    assert.match(resync?.data ?? '', /load again/)
    await reader.close()
  }
  const reader = await follow('?after=3')
  await reader.take(1)
  await runOne(store, 'new')
  assert.deepEqual((await reader.take(2)).map(told), ['new in_progress', 'new completed'])
  await reader.close()
})

test('of one sync, progress that came together is sent once, as it is now', async () => {
  const { store, follow } = await openEventServer()
  const id = await given.inProgress({ task_id: 'busy' })(store.syncs, Date.now())
  const place = await store.changes.latest()
  for (let percent = 1; percent <= 20; percent++) {
    await store.syncs.saveProgress(id, syncProgress({ progress_percent: percent }))
  }
  const reader = await follow(`?after=${place}`)
  const [event] = await reader.take(1)
  assert.equal(syncOf(event).sync.progress.percent, 20)
  assert.equal(Number(event?.id), place + 20)
  await reader.close()
})

test('a server that stops ends every stream at once, and says when to come back', async () => {
  const { server, url } = await openEventServer()
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(url)))
  const texts = responses.map((response) => response.text())
  const started = performance.now()
  await server.close()
  // Connections that do not end are cut after ten seconds.
  assert.ok(performance.now() - started < 9000)
  for (const text of await Promise.all(texts))
    assert.match(text, /^retry: 2000\nid: 0\n\nretry: [2-4]\d\d\d\n\n$/)
})
