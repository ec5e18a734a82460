import { systemClock } from '../../../core/clock.ts'
import { INCIDENT_RULES, type IncidentRule } from '../../../core/incident.ts'
import { isInTerm } from '../../../core/quiet-hours.ts'
import { ruleSettings, type RuleSettings } from '../../../incidents/rule-settings.ts'
import { isFinding } from '../../../incidents/rules/verdict.ts'
import { settingsText } from '../../../incidents/settings-text.ts'
import { SUBJECT_RULES, subjectVerdict } from '../../../incidents/subject-verdicts.ts'
import { openStore } from '../../../store/open-store.ts'
import type { Store } from '../../../store/store.ts'
import { stringValue, type Command, type CommandContext } from '../../command.ts'
import { textTable } from '../../text-table.ts'

/** What rules look at. */
const LONG_HISTORY = 100

/** What a rule would say of a user's syncs now; null for one that looks at something else. */
interface Said {
  readonly verdict: 'bad' | 'good' | 'unknown'
  readonly count: number
}

interface ShownRule {
  readonly rule: IncidentRule
  readonly settings: RuleSettings[IncidentRule]
  readonly open: number
  readonly says?: Said | null
}

export const incidentsRules: Command = {
  name: 'incidents rules',
  summary: 'how the rules are set, what they have open, and what they say of a user now',
  options: {
    type: { type: 'string', value: 'TYPE', help: 'as they are set for syncs of this type' },
    user: {
      type: 'string',
      value: 'ID',
      help: 'what they say of the syncs of this user (and --type, default all)',
    },
  },
  notes: ['Opens and changes nothing. The rules are set in the section alerts of the configuration file.'],
  async run(context) {
    const { terminal, json, config } = context
    await using store = await openStore(config.database)
    const rules = await shownRules(context, store)
    if (json) terminal.json(rules)
    else {
      const asked = stringValue(context, 'user') !== undefined
      const heads = ['rule', 'severity', 'open', ...(asked ? ['says now'] : []), 'settings']
      const rows = rules.map((each) => rowOf(each, asked))
      for (const line of textTable([heads, ...rows], new Set([2]))) terminal.data(line)
    }
    return 0
  },
}

async function shownRules(context: CommandContext, store: Store): Promise<ShownRule[]> {
  const { alerts, time_zone } = context.config
  const sync_type = stringValue(context, 'type') ?? null
  const user_id = stringValue(context, 'user')
  const settings = ruleSettings(alerts, sync_type, isInTerm({ ...alerts, time_zone }, systemClock.now()))
  const open = Map.groupBy(await store.incidents.listOpen(), ({ rule }) => rule)
  const shown = INCIDENT_RULES.map((rule) => ({
    rule,
    settings: settings[rule],
    open: open.get(rule)?.length ?? 0,
  }))
  if (user_id === undefined) return shown
  const subject = { user_id, sync_type: sync_type ?? 'all' }
  const [history = []] = await store.histories.ofSubjects([subject], LONG_HISTORY)
  const said = new Map<IncidentRule, Said>(
    SUBJECT_RULES.map((rule) => {
      const verdict = subjectVerdict(rule, { history, settings, time_zone, spread: false })
      return [rule, isFinding(verdict) ? { verdict: 'bad', count: verdict.count } : { verdict, count: 0 }]
    }),
  )
  return shown.map((each) => ({ ...each, says: said.get(each.rule) ?? null }))
}

function rowOf({ rule, settings, open, says }: ShownRule, asked: boolean): string[] {
  const { enabled, severity } = settings
  const verdict = says === null || says === undefined ? '' : says.verdict
  const text = says?.verdict === 'bad' ? `bad, ${says.count}` : verdict
  return [rule, enabled ? severity : 'off', String(open), ...(asked ? [text] : []), settingsText(settings)]
}
