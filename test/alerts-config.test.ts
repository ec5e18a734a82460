import assert from 'node:assert/strict'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { loadConfig } from '../src/config/config.ts'
import { MonitorError } from '../src/core/errors.ts'
import { INCIDENT_RULES } from '../src/core/incident.ts'
import { RULE_DEFAULTS, ruleSettings } from '../src/incidents/rule-settings.ts'
import { settingsInEffect } from '../src/config/settings-in-effect.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'
import type { AlertsSettings } from '../src/config/alerts.ts'
import type { Config } from '../src/config/config.ts'

const directory = temporaryDirectory()
let files = 0

function load(alerts: unknown): Promise<Config> {
  const file = join(directory, `config-${++files}.json`)
  writeFileSync(file, JSON.stringify({ alerts }))
  return loadConfig({ flags: {}, environment: {}, file })
}

const alertsOf = async (given: unknown): Promise<AlertsSettings> => (await load(given)).alerts

describe('the section alerts of a configuration', () => {
  it('has every rule on when nothing is said', async () => {
    const { alerts } = await loadConfig({ flags: {}, environment: {}, file: undefined })
    assert.deepEqual(ruleSettings(alerts, 'all', true), RULE_DEFAULTS)
    assert.ok(Object.values(RULE_DEFAULTS).every(({ enabled }) => enabled))
  })

  it('sets rules for all syncs, by type and outside of terms; durations are texts', async () => {
    const alerts = await alertsOf({
      rules: {
        sync_failed: { in_a_row: 3, within: '5m', severity: 'warning' },
        volume: false,
        cleanup_overdue: { after: '2d' },
        token_expiring: { days: [2, 30] },
      },
      by_type: { grades: { sync_failed: { in_a_row: 1 } } },
      outside_terms: { stale: false },
    })
    const settings = ruleSettings(alerts, null, true)
    assert.partialDeepStrictEqual(settings.sync_failed, {
      in_a_row: 3,
      within_ms: 300_000,
      severity: 'warning',
    })
    assert.equal(settings.volume.enabled, false)
    assert.equal(settings.cleanup_overdue.after_ms, 172_800_000)
    assert.deepEqual(settings.token_expiring.days, [30, 2])
    assert.equal(ruleSettings(alerts, 'grades', true).sync_failed.in_a_row, 1)
    assert.deepEqual([settings.stale.enabled, ruleSettings(alerts, null, false).stale.enabled], [true, false])
  })

  it('takes quiet hours, terms and the ends of tokens', async () => {
    const alerts = await alertsOf({
      quiet_hours: [{ from: '22:00', until: '07:00', days: ['sat', 'sun'], time_zone: 'Europe/Zurich' }],
      terms: [{ name: 'Autumn', starts: '2026-09-14', ends: '2026-12-18' }],
      tokens: { 42: '2026-12-01' },
      forget_after: '30d',
    })
    assert.equal(alerts.forget_after_ms, 30 * 86_400_000)
    assert.equal(alerts.quiet_hours[0]?.until, '07:00')
    assert.equal(alerts.terms[0]?.name, 'Autumn')
    assert.deepEqual(alerts.tokens, { 42: Date.UTC(2026, 11, 1) })
  })

  it('names what is wrong', async () => {
    const rows: readonly (readonly [unknown, RegExp])[] = [
      ['yes', /must be an object of settings/],
      [{ rule: {} }, /has no setting "rule"/],
      [{ rules: { sync_fail: {} } }, /has no rule "sync_fail"/],
      [{ rules: { sync_failed: { in_row: 3 } } }, /rules\.sync_failed .* has no setting "in_row"/],
      [{ rules: { sync_failed: { in_a_row: 0 } } }, /in_a_row .* must be 1 or more/],
      [{ rules: { sync_failed: { within: 5 } } }, /within .* must be a duration/],
      [{ rules: { disk: { severity: 'bad' } } }, /must be one of critical, warning, info/],
      [{ quiet_hours: [{ from: '25:00', until: '07:00' }] }, /from .* must be a time of day/],
      [{ quiet_hours: [{ from: '22:00', until: '07:00', time_zone: 'Mars' }] }, /IANA name/],
      [{ terms: [{ name: 'x', starts: '2026-09-14', ends: '2026-09-13' }] }, /must end on or after/],
      [{ forget_after: '5m' }, /forget_after .* must be an hour or more/],
      [{ tokens: { 42: 'soon' } }, /must be a date or a time/],
    ]
    for (const [given, message] of rows) {
      await assert.rejects(load(given), (error) => {
        assert.ok(error instanceof MonitorError)
        assert.match(error.message, message)
        return true
      })
    }
  })

  it('knows every rule', async () => {
    const off = Object.fromEntries(INCIDENT_RULES.map((rule) => [rule, false]))
    const settings = ruleSettings(await alertsOf({ rules: off }), null, true)
    assert.ok(INCIDENT_RULES.every((rule) => !settings[rule].enabled))
  })

  it('is shown as numbers: whose token ends when is not', async () => {
    const config = await load({
      tokens: { 'somebody-secret': '2026-12-01' },
      rules: { volume: false },
      forget_after: '36h',
    })
    const shown = settingsInEffect(config).find(({ name }) => name === 'alerts')
    assert.deepEqual(shown?.value, 'rules 1, tokens 1, forget_after 36h')
  })
})
