/** The job of the application, whatever framework it is in: one monitored sync. */
import type { Monitor } from 'canvas-sync-monitor'

const baseUrl = process.env['CANVAS_BASE_URL'] ?? ''
const token = process.env['CANVAS_ACCESS_TOKEN'] ?? ''

export async function syncCourses(monitor: Monitor, userId: number): Promise<number> {
  return await monitor.track({ userId, syncType: 'courses' }, async (sync) => {
    const canvas = sync.canvas({ baseUrl, token })
    let courses = 0
    for await (const course of canvas.list<{ id: string }>('/api/v1/courses')) {
      sync.recordCourse({ updated: true, courseId: course.id })
      courses += 1
    }
    return courses
  })
}
