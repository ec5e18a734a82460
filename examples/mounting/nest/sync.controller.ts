import { BadGatewayException, Controller, HttpCode, Inject, Post } from '@nestjs/common'
import { syncCourses } from '../sync-courses.ts'
import { CanvasMonitor } from './canvas-monitor.ts'

@Controller()
export class SyncController {
  readonly #canvas: CanvasMonitor

  constructor(@Inject(CanvasMonitor) canvas: CanvasMonitor) {
    this.#canvas = canvas
  }

  @Post('sync')
  @HttpCode(200)
  async sync(): Promise<{ courses: number }> {
    try {
      return { courses: await syncCourses(this.#canvas.server.monitor, 42) }
    } catch {
      throw new BadGatewayException()
    }
  }
}
