import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { dashboards, panelExpressions, type Panel } from './support/expressions.ts'
import { DEPLOY } from './support/prometheus-tools.ts'

const found = dashboards()

function overlap(a: Panel, b: Panel): boolean {
  const [one, other] = [a.gridPos, b.gridPos]
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x
  return !beside && one.y < other.y + other.h && other.y < one.y + one.h
}

describe('the dashboards for Grafana', () => {
  for (const { file, text, dashboard } of found) {
    const { panels, templating, uid } = dashboard
    const shown = panels.filter(({ type }) => type !== 'row')

    it(`${file} is provisioned as it is: a fixed name, and the data source is asked for`, () => {
      assert.equal(file, `${uid}.json`)
      assert.match(uid, /^[a-z-]{1,40}$/)
      // What only the import by hand fills in: https://github.com/grafana/grafana/issues/10786
      assert.doesNotMatch(text, /__inputs|\$\{DS_/)
      assert.equal(Object.hasOwn(dashboard, 'id'), false)
      const [datasource] = templating.list
      assert.deepEqual(
        [datasource?.name, datasource?.type, datasource?.query],
        ['datasource', 'datasource', 'prometheus'],
      )
      for (const { title, datasource: from } of shown)
        assert.deepEqual(from, { type: 'prometheus', uid: '${datasource}' }, title)
    })

    it(`${file} has panels that do not lie on each other, each with its own number`, () => {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
      for (const [index, panel] of panels.entries()) {
        const { x, w, h } = panel.gridPos
        assert.ok(x >= 0 && x + w <= 24 && w > 0 && h > 0, panel.title)
        for (const other of panels.slice(index + 1))
          assert.ok(!overlap(panel, other), `${panel.title} lies on ${other.title}`)
      }
    })

    it(`${file} says of each panel what it shows, in which unit, and where to read on`, () => {
      assert.equal(new Set(shown.map(({ title }) => title)).size, shown.length)
      for (const { title, description = '', fieldConfig, targets = [], links = [] } of shown) {
        assert.match(description, /^[A-Z].*\.$/, title)
        assert.ok(fieldConfig?.defaults.unit, title)
        assert.ok(fieldConfig.defaults.thresholds, title)
        assert.ok(targets.length > 0, title)
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
        for (const { url } of links) {
          const runbook = url.replace('${monitor_url}/', '')
          assert.ok(existsSync(join(DEPLOY, '..', runbook)), `${title} links to ${runbook}`)
        }
      }
    })
  }

  it('use only variables that they have', () => {
    for (const { file, text, dashboard } of found) {
      const known = new Set(dashboard.templating.list.map(({ name }) => name))
      for (const [, name = ''] of text.matchAll(/\$\{?([a-z_]+)\}?/gi)) {
        assert.ok(known.has(name) || name.startsWith('__'), `${file} has no ${name}`)
      }
    }
    for (const { expression, where } of panelExpressions()) assert.doesNotMatch(expression, /\$/, where)
  })

  it('are named by the alerts', () => {
    const rules = readFileSync(join(DEPLOY, 'prometheus/canvas-sync-alerts.rules.yml'), 'utf8')
    const uids = new Set(found.map(({ dashboard }) => dashboard.uid))
    const named = [...rules.matchAll(/grafana\.example\/d\/([a-z-]+)/g)]
    assert.ok(named.length > 15)
    for (const [, uid = ''] of named) assert.ok(uids.has(uid), uid)
  })
})
