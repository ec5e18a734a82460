import { Module } from '@nestjs/common'
import { CanvasMonitor } from './canvas-monitor.ts'
import { SyncController } from './sync.controller.ts'

@Module({
  controllers: [SyncController],
  providers: [{ provide: CanvasMonitor, useFactory: () => CanvasMonitor.open() }],
})
export class AppModule {}
