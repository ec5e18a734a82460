import type { IncidentChange, IncidentRule } from '../core/incident.ts'
import type { FoundIncident, IncidentStore, JudgedMember } from '../store/incidents.ts'
import type { Judgement } from './judge-subject.ts'

/** What stays as it was is written again after so long, so that it is known to be still true. */
const SEEN_MS = 60_000

/**
 * Settles what rules say of how things stand, which they say at every look: written only when it says something else than
 * before, or when something is good again.
 */
export class LevelSettling {
  readonly #incidents: Pick<IncidentStore, 'settle' | 'listBadMembers'>
  readonly #rules: readonly IncidentRule[]
  #said = '[]'
  #settled_at = Number.NEGATIVE_INFINITY

  constructor(incidents: Pick<IncidentStore, 'settle' | 'listBadMembers'>, rules: readonly IncidentRule[]) {
    this.#incidents = incidents
    this.#rules = rules
  }

  async settle(
    judge: (bad: readonly JudgedMember[]) => Promise<Judgement> | Judgement,
    now: number,
  ): Promise<IncidentChange[]> {
    const bad = await this.#incidents.listBadMembers(this.#rules)
    const { found, judged } = await judge(bad)
    const names = new Set(found.map(nameOf))
    const asked = new Set(judged.map(nameOf))
    const over = bad.filter((each) => asked.has(nameOf(each)) && !names.has(nameOf(each)))
    const said = JSON.stringify(
      found.map(({ key, member, severity, count }) => [key, member, severity, count]),
    )
    const is_new = said !== this.#said || (found.length > 0 && now - this.#settled_at >= SEEN_MS)
    if (over.length === 0 && !is_new) return []
    const changes = await this.#incidents.settle(found, [...over, ...found].map(memberOf), now)
    this.#said = said
    this.#settled_at = now
    return changes ?? []
  }
}

const memberOf = ({ rule, member }: JudgedMember): JudgedMember => ({ rule, member })
const nameOf = ({ rule, member }: JudgedMember | FoundIncident): string => `${rule} ${member}`
