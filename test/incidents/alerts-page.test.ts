import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { alertsSettings } from '../../src/config/alerts.ts'
import { writeDuration } from '../../src/core/duration-text.ts'
import { INCIDENT_RULES } from '../../src/core/incident.ts'
import { FORGET_AFTER_MS, RULE_DEFAULTS } from '../../src/incidents/rule-settings.ts'
import { settingsText } from '../../src/incidents/settings-text.ts'

const docs = new URL('../../docs/', import.meta.url)
const page = readFileSync(new URL('alerts.md', docs), 'utf8')
const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim())

describe('docs/alerts.md', () => {
  it('has a line for every rule, with its severity, its thresholds as they come, and what to do', () => {
    const lines = page.split('\n').filter((line) => /^\| `[a-z_]+` \|/.test(line))
    const rules = lines.map((line) => cellsOf(line)[1])
    assert.deepEqual(
      rules,
      INCIDENT_RULES.map((rule) => `\`${rule}\``),
    )
    for (const [index, rule] of INCIDENT_RULES.entries()) {
      const [, , opens = '', severity, thresholds, runbook = ''] = cellsOf(lines[index] ?? '')
      const settings = RULE_DEFAULTS[rule]
      assert.ok(opens.length > 20, rule)
      assert.equal(severity, settings.severity, rule)
      assert.equal(thresholds, settingsText(settings), rule)
      const [, file = ''] = /\]\((runbooks\/\w+\.md)\)/.exec(runbook) ?? []
      assert.ok(existsSync(new URL(file, docs)), `${rule}: ${file}`)
      assert.ok(readFileSync(new URL('runbooks/README.md', docs), 'utf8').includes(`\`${rule}\``), rule)
    }
  })

  it('shows sections of a configuration that can be read, with the defaults that it names', () => {
    const blocks = [...page.matchAll(/```json\n([^`]+)```/g)].map(([, text = '']) => text)
    assert.ok(blocks.length >= 2)
    for (const block of blocks) {
      const { alerts } = JSON.parse(block) as { alerts: { forget_after?: string } }
      alertsSettings(alerts)
      const { forget_after = writeDuration(FORGET_AFTER_MS) } = alerts
      assert.equal(forget_after, writeDuration(FORGET_AFTER_MS))
    }
  })
})
