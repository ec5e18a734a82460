import type { Reply, RequestContext } from '../http/context.ts'
import { userJson } from '../present/user-json.ts'

export function getSelf({ view, viewer }: RequestContext): Reply {
  const json = userJson(view, viewer.user_local_id)
  return {
    body: {
      ...json,
      avatar_url: `${view.world.base_url}/images/messages/avatar-50.png`,
      locale: null,
      effective_locale: 'en',
      permissions: { can_update_name: true, can_update_avatar: false, limit_parent_app_web_access: false },
    },
    rows: 1,
  }
}
