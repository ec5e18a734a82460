import type { Config } from '../config/config.ts'
import { deliveryConfig } from '../config/delivery.ts'
import { reportSettings } from '../config/reports.ts'
import { settingsInEffect } from '../config/settings-in-effect.ts'
import { accessOf } from '../server/access.ts'
import type { ServerOptions } from '../server/server-options.ts'

/** A server as the configuration has it. */
export function configuredServer(config: Config): ServerOptions {
  const notifications = deliveryConfig(config)
  return {
    database: config.database,
    logDir: config.log_dir,
    host: config.host,
    port: config.port,
    timeZone: config.time_zone,
    logCleanup: config.log_cleanup.enabled ? config.log_cleanup : false,
    logStreams: config.log_streams,
    ...accessOf(config),
    settings: settingsInEffect(config),
    syncLimits: config.sync_limits,
    freshnessTarget: config.freshness_target,
    keepErrorMessages: config.keep_error_messages,
    retention: config.retention,
    schedules: config.schedules,
    alerts: config.alerts,
    notifications,
    reports: reportSettings(config, notifications),
  }
}
