import type { JsonObject } from '../json.ts'
import { isoTime } from '../university/calendar.ts'
import { personName } from '../university/names.ts'
import type { View } from './view.ts'

export function userJson(view: View, user_local_id: number): JsonObject {
  const { world } = view
  const user = world.user(user_local_id) ?? {
    ...personName(world.seed, user_local_id),
    created_ms: world.anchor_ms,
  }
  const json: JsonObject = {
    id: world.id(user_local_id),
    name: user.name,
    created_at: isoTime(user.created_ms),
    sortable_name: user.sortable_name,
    short_name: user.name,
  }
  if (view.viewer.is_admin) {
    json['sis_user_id'] = `U${String(user_local_id).padStart(6, '0')}`
    json['integration_id'] = null
    json['sis_import_id'] = null
    json['login_id'] = `user${user_local_id}@example.edu`
  }
  if (view.includes('email')) json['email'] = `user${user_local_id}@example.edu`
  if (view.includes('uuid')) json['uuid'] = `uuid-${user_local_id.toString(36).padStart(12, '0')}`
  return json
}

/** The short form inside submissions and the list of teachers. */
export function userDisplayJson(view: View, user_local_id: number): JsonObject {
  const { world } = view
  const name = world.user(user_local_id)?.name ?? null
  return {
    id: world.id(user_local_id),
    anonymous_id: user_local_id.toString(36),
    display_name: name,
    avatar_image_url: `${world.base_url}/images/messages/avatar-50.png`,
    html_url: `${world.base_url}/users/${world.id(user_local_id)}`,
    pronouns: null,
  }
}
