import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSimulator, type SimulatorOptions } from '../../src/simulator/index.ts'
import { processCost } from '../support/cpu-time.ts'
import { ask, handClock, idOf, rowsOf, START_MS, withSimulator } from '../support/simulator-client.ts'

const WHOLE: SimulatorOptions = { size: { courses: 5, students: 40 }, dialect: { volatile_fields: false } }

/** All bodies of a small university, without the port of the simulator in them. */
async function everything(options: SimulatorOptions): Promise<string> {
  let text = ''
  await withSimulator(options, async (simulator) => {
    const paths = ['/api/v1/accounts/1/courses?include[]=term', '/api/v1/accounts/1/terms']
    for (const course of simulator.university.truth.courses()) {
      const base = `/api/v1/courses/${idOf(course)}`
      paths.push(`${base}/enrollments?per_page=100`, `${base}/assignments`, `${base}/sections`)
      paths.push(`${base}/students/submissions?student_ids[]=all&per_page=100`)
    }
    for (const path of paths) text += (await ask(simulator, path)).text
    text = text.replaceAll(simulator.base_url, '')
  })
  return text
}

test('the same seed and options make the same university, byte for byte', async () => {
  const first = await everything(WHOLE)
  assert.equal(await everything(WHOLE), first)
  assert.notEqual(await everything({ ...WHOLE, seed: 2 }), first)
})

test('the university does not change overnight', async () => {
  const read = async (now_ms: number): Promise<unknown[]> => {
    const clock = handClock(now_ms)
    const simulator = await startSimulator({ now: clock.now })
    const { truth } = simulator.university
    const texts: string[] = []
    for (const course of truth.courses()) {
      for (const row of truth.submissions(idOf(course))) texts.push(JSON.stringify(row))
      for (const row of truth.enrollments(idOf(course))) texts.push(JSON.stringify(row))
    }
    await simulator.close()
    return texts.map((text) => text.replaceAll(simulator.base_url, ''))
  }
  const today = await read(START_MS)
  assert.ok(today.length > 1000)
  assert.deepEqual(await read(START_MS + 90 * 86_400_000), today)
})

test('50,000 students start within two seconds and little memory, and a late page comes at once', async () => {
  globalThis.gc?.()
  const before_bytes = process.memoryUsage().rss
  const started = await processCost(() =>
    startSimulator({
      throttle: false,
      size: {
        students: 50_000,
        courses: 1500,
        courses_per_student: 5,
        assignments_per_course: 20,
        sections_per_course: 3,
      },
    }),
  )
  const simulator = started.result
  try {
    assert.ok(started.cost_ms < 2000, `it takes too long to start: ${started.cost_ms} ms`)
    const course = await ask(simulator, '/api/v1/courses/1490')
    const base = `/api/v1/courses/${idOf(course.json as Record<string, unknown>)}`
    await ask(simulator, `${base}/students/submissions?student_ids[]=all&per_page=100`)
    const { cost_ms, result: page } = await processCost(() =>
      ask(simulator, `${base}/students/submissions?student_ids[]=all&per_page=100`),
    )
    assert.ok(cost_ms < 250, `a page takes too long: ${cost_ms} ms`)
    assert.ok(rowsOf(page).length > 20)
    for (let local_id = 1; local_id <= 1500; local_id += 30) {
      await ask(simulator, `/api/v1/courses/${local_id}/students/submissions?student_ids[]=all&per_page=100`)
    }
    const grown_bytes = process.memoryUsage().rss - before_bytes
    assert.ok(grown_bytes < 150_000_000, `it took ${Math.round(grown_bytes / 1e6)} MB`)
  } finally {
    await simulator.close()
  }
})

test('the size is checked once, by name', async () => {
  await assert.rejects(startSimulator({ size: { students: 50_001 } }), /size.students must be at most 50000/)
  await assert.rejects(startSimulator({ size: { courses: 1.5 } }), /size.courses must be an integer/)
  await assert.rejects(startSimulator({ max_per_page: 0 }), /max_per_page must be an integer/)
})
