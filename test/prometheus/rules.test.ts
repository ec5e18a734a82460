import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RUNBOOK_FILES } from '../../src/api/docs/page-files.ts'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { DEPLOY, runTool, withoutTools } from './support/prometheus-tools.ts'

const PROMETHEUS = join(DEPLOY, 'prometheus')
const RUNBOOKS = join(DEPLOY, '../docs/runbooks')
const read = (name: string): string => readFileSync(join(PROMETHEUS, name), 'utf8')

const TESTS = readdirSync(PROMETHEUS).filter((name) => name.endsWith('.test.yml'))

interface Alert {
  readonly name: string
  readonly text: string
}

const alerts: readonly Alert[] = read('canvas-sync-alerts.rules.yml')
  .split(/^ +- alert: /m)
  .slice(1)
  .map((text) => ({ name: text.split('\n', 1)[0] ?? '', text }))

describe('the rules for Prometheus', { skip: withoutTools('promtool') }, () => {
  it('are rules, and nothing is found wrong with them', async () => {
    const names = readdirSync(PROMETHEUS).filter((name) => name.endsWith('.rules.yml'))
    const { code, text } = await runTool('promtool', ['check', 'rules', ...names], { cwd: PROMETHEUS })
    assert.equal(code, 0, text)
    assert.equal(text.match(/SUCCESS: \d+ rules found/g)?.length, names.length, text)
    assert.doesNotMatch(text, /duplicate|warn|fail/i)
  })

  it('are loaded by the example of a configuration', async () => {
    const { code, text } = await runTool('promtool', ['check', 'config', 'prometheus.yml'], {
      cwd: PROMETHEUS,
    })
    assert.equal(code, 0, text)
  })

  it('fire when they should, not when they should not, and end', async () => {
    const results = await Promise.all(
      TESTS.map((name) => runTool('promtool', ['test', 'rules', name], { cwd: PROMETHEUS })),
    )
    for (const { code, text } of results) {
      assert.equal(code, 0, text)
      assert.match(text, /SUCCESS/)
    }
  })
})

describe('the routes for Alertmanager', { skip: withoutTools('amtool') }, () => {
  it('are a configuration', async () => {
    const { code, text } = await runTool('amtool', ['check-config', 'alertmanager.yml'], { cwd: PROMETHEUS })
    assert.equal(code, 0, text)
  })
})

describe('each alert', () => {
  const tests = TESTS.flatMap((name) => read(name).split(/^ +- name: /m))
  for (const { name, text } of alerts) {
    it(`${name} says how bad it is, what it means and what to do, and is tested`, () => {
      assert.match(text, /severity: (?:critical|warning|none)\n/)
      assert.match(text, /summary: ['"].+\.['"]\n/)
      assert.match(text, /description: ['"].+\.['"]\n/)
      assert.match(
        text,
        new RegExp(`runbook_url: https://canvas-sync-monitor\\.example/docs/runbooks/${name}\\.md\\n`),
      )
      assert.match(text, /dashboard: https:\/\/grafana\.example\/d\/canvas-sync-(?:overview|api|delivery)\n/)
      const own = tests.filter((test) => test.startsWith(`${name}\n`)).join('\n')
      assert.match(own, /exp_labels/, 'it fires')
      if (name !== 'Watchdog') assert.match(own, /exp_alerts: \[\]/, 'it does not always fire')
      const runbook = readFileSync(join(RUNBOOKS, `${name}.md`), 'utf8')
      for (const part of ['## What it means', '## How bad', '## Look here', '## Mend it', '## Silence it'])
        assert.ok(runbook.includes(part), `docs/runbooks/${name}.md has no ${part}`)
    })
  }

  it('has a name of its own, and the routes hold back only alerts that there are', () => {
    const names = alerts.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    const matchers = read('alertmanager.yml').matchAll(/alertname (=~?) "?([^"'\],]+)/g)
    let seen = 0
    for (const [, , pattern = ''] of matchers) {
      for (const part of pattern.trim().split('|')) {
        const matching = names.filter((name) => new RegExp(`^(?:${part})$`).test(name))
        assert.ok(matching.length > 0, part)
        seen++
      }
    }
    assert.ok(seen > 10)
  })
})

describe('the runbooks', () => {
  it('are those that the server answers with, and each but the table is of an alert', () => {
    const files = readdirSync(RUNBOOKS).sort()
    assert.deepEqual(files, [...RUNBOOK_FILES].sort())
    const of_alerts = [...alerts.map(({ name }) => `${name}.md`), 'README.md'].sort()
    assert.deepEqual(files, of_alerts)
  })

  it('say of each rule of incidents which of them helps, and are all in the table', () => {
    const table = readFileSync(join(RUNBOOKS, 'README.md'), 'utf8')
    for (const rule of INCIDENT_RULES) assert.match(table, new RegExp(`\`${rule}\``), rule)
    for (const name of readdirSync(RUNBOOKS).filter((file) => file !== 'README.md'))
      assert.ok(table.includes(`](${name})`), name)
  })
})
