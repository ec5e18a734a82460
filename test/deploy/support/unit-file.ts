import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOY } from './deploy-files.ts'

/** The settings of a unit of systemd, in their order, by section and name: an empty value takes back those before. */
export class UnitFile {
  readonly #settings: readonly (readonly [setting: string, value: string])[]

  constructor(name: string) {
    let section = ''
    const settings: [string, string][] = []
    for (const line of readFileSync(join(DEPLOY, 'systemd', name), 'utf8').split('\n')) {
      const heading = /^\[(\w+)\]$/.exec(line)
      const setting = /^(\w+)=(.*)$/.exec(line)
      if (heading !== null) section = heading[1] ?? ''
      else if (setting !== null) settings.push([`${section}.${setting[1]}`, setting[2] ?? ''])
    }
    this.#settings = settings
  }

  /** All values of a setting that may stand several times. */
  all(setting: string): string[] {
    return this.#settings.filter(([name]) => name === setting).map(([, value]) => value)
  }

  /** The value of a setting that stands once. */
  one(setting: string): string {
    const [value, ...more] = this.all(setting)
    if (value === undefined || more.length > 0) throw new Error(`${setting} stands ${more.length + 1} times`)
    return value
  }

  environment(): Record<string, string> {
    const pairs = this.all('Service.Environment').map((pair) => /^(\w+)=(.*)$/.exec(pair) ?? [])
    return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
  }
}
