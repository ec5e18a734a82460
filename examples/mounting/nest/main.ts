// The monitor in an application on NestJS, below /monitor.
// oxlint-disable-next-line import/no-unassigned-import -- what decorators need
import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.ts'
import { CanvasMonitor } from './canvas-monitor.ts'

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
// Before `listen`, which adds the body parsers: the monitor reads its bodies itself, with limits of its own.
app.use('/monitor', app.get(CanvasMonitor).server.node)
// SIGTERM ends the application, and the monitor with it.
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
console.log(`${await app.getUrl()}/monitor/`)
