export { createCanvasClient } from './client.ts'
export { classifyAnswer, type AnswerFacts, type AnswerFailure, type AnswerVerdict } from './classify.ts'
export { nextLink, parseLinkHeader, type LinkEntry } from './link-header.ts'
export type { CanvasCall, CanvasObserver, ThrottledEvent, WaitingEvent } from './observer.ts'
export { validateBaseUrl } from './origin.ts'
export type { RateSignals } from './throttle-bucket.ts'
export {
  ThrottleGate,
  type AcquireOptions,
  type ThrottleGateOptions,
  type ThrottlePermit,
} from './throttle-gate.ts'
export type {
  CallOptions,
  CanvasAnswer,
  CanvasClient,
  CanvasClientOptions,
  CanvasPage,
  CanvasParams,
  ListOptions,
} from './types.ts'
export type { ThrottleState } from './throttle-state.ts'
