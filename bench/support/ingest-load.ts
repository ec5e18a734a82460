/** As many as a school has: who reports at the same time is not all of one user. */
const USERS = 5000
let users = 0

/** One sync as a program tells of it: a start, 20 events and a finish, as NDJSON. */
export function syncLines(task_id: string): string {
  const head = `"task_id":"${task_id}"`
  let text = `{"type":"start",${head},"user_id":${(users += 2081) % USERS},"sync_type":"all","host":"worker-1"}\n`
  let id = 0
  for (let course = 1; course <= 2; course++) {
    text += `{"type":"course",${head},"id":"${++id}","updated":true,"course_id":${course}}\n`
    for (let page = 1; page <= 4; page++) {
      text += `{"type":"api_call",${head},"id":"${++id}","method":"GET","endpoint":"/api/v1/courses/${course}/assignments","status":200,"duration_ms":${40 + page}.5,"items":100,"page":${page},"request_cost":0.125,"bytes":48213}\n`
    }
    text += `{"type":"assignment",${head},"id":"${++id}","created":3,"updated":97,"course_id":${course}}\n`
    text += `{"type":"db_operation",${head},"id":"${++id}","operation":"sync","entity":"assignments","count":100,"duration_ms":4.2,"course_id":${course}}\n`
    text += `{"type":"submission",${head},"id":"${++id}","updated":12,"course_id":${course}}\n`
    text += `{"type":"db_operation",${head},"id":"${++id}","operation":"sync","entity":"submissions","count":12,"duration_ms":1.7,"course_id":${course}}\n`
    text += `{"type":"progress",${head},"id":"${++id}","percent":${course * 50},"current":"Reading course ${course}"}\n`
  }
  return `${text}{"type":"finish",${head}}\n`
}

/** Events of one sync. */
export const EVENTS_PER_SYNC = 22
