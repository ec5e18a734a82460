/** Where each value of a configuration came from: `default`, a flag, a variable of the environment, a file. */
export type ConfigOrigins = Readonly<Record<string, string>>

const origins_of = new WeakMap<object, ConfigOrigins>()

export function noteOrigins<T extends object>(config: T, origins: ConfigOrigins): T {
  origins_of.set(config, origins)
  return config
}

/** Empty for a configuration that was not loaded but made. */
export function originsOf(config: object): ConfigOrigins {
  return origins_of.get(config) ?? {}
}
