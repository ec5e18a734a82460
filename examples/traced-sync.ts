/** A sync in the traces and metrics of an application: here both are printed, as they would be sent. */
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { ConsoleSpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { createMonitor } from 'canvas-sync-monitor'

const exporter = new ConsoleSpanExporter()
const meters = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() })],
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
metrics.setGlobalMeterProvider(meters)

{
  await using monitor = await createMonitor({
    database: process.env['DATABASE_URL'] ?? 'sqlite:data/canvas-sync.db',
    logDir: process.env['CANVAS_SYNC_LOG_DIR'] ?? 'logs/canvas_sync',
  })
  await monitor.track({ userId: 42, syncType: 'courses' }, async (sync) => {
    const canvas = sync.canvas({
      baseUrl: process.env['CANVAS_BASE_URL'] ?? '',
      token: process.env['CANVAS_ACCESS_TOKEN'] ?? '',
    })
    for await (const { id } of canvas.list<{ id: string }>('/api/v1/courses')) {
      await sync.course(id, async () => {
        await canvas.get(`/api/v1/courses/${id}/sections`)
        sync.recordCourse({ updated: true, courseId: id })
      })
    }
  })
}
await meters.shutdown()
