import type { Clock } from '../../core/clock.ts'
import type { Channel } from '../channel.ts'
import type { ChannelConfig } from '../delivery-config.ts'
import { MailChannel } from './mail.ts'
import { SlackChannel } from './slack.ts'
import { StdoutChannel } from './stdout.ts'
import { WebhookChannel } from './webhook.ts'

export function openChannel(config: ChannelConfig, clock: Clock): Channel {
  switch (config.kind) {
    case 'slack':
      return new SlackChannel(config, clock)
    case 'mail':
      return new MailChannel(config)
    case 'webhook':
      return new WebhookChannel(config, { clock })
    case 'stdout':
      return new StdoutChannel(config)
  }
}
