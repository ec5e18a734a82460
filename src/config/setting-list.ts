import { DEFAULTS, NAMES, type Config } from './config.ts'
import { SECRET_VARIABLES } from './secret-files.ts'
import { SETTING_TEXTS, type SettingText } from './setting-texts.ts'

/** A setting as the reference tells of it. */
export interface SettingFacts extends SettingText {
  /** In a configuration file. */
  readonly name: keyof Config
  readonly environment: string | null
  /** The variable that names a file with the value; null where there is none. */
  readonly environment_file: string | null
  readonly flag: string | null
  readonly default_value: unknown
  /** A right value. */
  readonly example: string
}

/** All settings, in the order in which they are read. */
export const SETTINGS: readonly SettingFacts[] = (Object.keys(NAMES) as (keyof Config)[]).map((name) => {
  const { environment, flag, example } = NAMES[name]
  const in_file = environment !== null && SECRET_VARIABLES.includes(environment)
  const environment_file = in_file ? `${environment}_FILE` : null
  return {
    name,
    environment,
    environment_file,
    flag,
    example,
    default_value: DEFAULTS[name],
    ...SETTING_TEXTS[name],
  }
})
