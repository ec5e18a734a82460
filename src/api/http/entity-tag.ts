import { hash } from 'node:crypto'

/** 128 bits: two answers of one address never share it by accident. */
const TAG_LENGTH = 22

/** A strong entity tag (RFC 9110): the same for the same bytes, on every server. */
export function entityTag(bytes: Uint8Array): string {
  return `"${hash('sha256', bytes, 'base64url').slice(0, TAG_LENGTH)}"`
}

/** The tag of the same answer in another coding: no longer the same bytes, yet as good. */
export function weakTag(tag: string): string {
  return tag.startsWith('W/') ? tag : `W/${tag}`
}

const TAG_LIST = /(?:W\/)?"[\u0021\u0023-\u007e\u0080-\u00ff]*"/g

/** Whether `If-None-Match` names what the client would get: weak comparison, as for every GET. */
export function hasCurrent(if_none_match: string | null, tag: string): boolean {
  if (if_none_match === null) return false
  if (if_none_match.trim() === '*') return true
  const opaque = (candidate: string): string => candidate.replace(/^W\//, '')
  return (if_none_match.match(TAG_LIST) ?? []).some((candidate) => opaque(candidate) === opaque(tag))
}
