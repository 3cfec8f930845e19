import { performance } from 'node:perf_hooks'
import { NameRegistry } from '../names.ts'
import { BLOCK_THRESHOLD_MS, type BlockedTime } from '../sampling/blocked-time.ts'
import { blockedEvent } from '../telemetry/spans.ts'
import { announceSubject } from '../telemetry/subject-info.ts'
import type { Block, StackFrame } from './block.ts'
import type { Verdict } from './block-judge.ts'
import type { StackLook } from './loop-watch.ts'
import { rememberBlock } from './recent-blocks.ts'
import { nameOf, toStackFrame } from './stack.ts'

/** Functions that are named because they blocked, profiled or not; the rest is `other`. */
const names = new NameRegistry(50)

/** Says what is known of a block: in the metrics, on the span that it happened in, and among the recent ones. */
export function reportBlock(verdict: Verdict<StackLook>, blockedTime: BlockedTime): void {
  const { cause, look, durationMs } = verdict
  const startedAt = performance.timeOrigin + verdict.startMs
  const frame = look?.blamed && toStackFrame(look.blamed)
  count(verdict, frame, blockedTime)
  if (look?.span) blockedEvent(look.span, startedAt, attributesOf({ cause, durationMs }, frame))
  rememberBlock({ startedAt, durationMs, cause, ...(frame && { frame }), stack: look?.frames.map((raw) => toStackFrame(raw)) ?? [] })
}

/** Counts what nobody else has: code that was caught, and the host. What was not caught is for the event-loop profiler. */
function count(
  { cause, startMs, durationMs, hostMs, codeMs }: Verdict<StackLook>,
  frame: StackFrame | undefined,
  blockedTime: BlockedTime,
): void {
  if (cause === 'gc') blockedTime.blockOfCollector()
  const endMs = startMs + durationMs
  if (hostMs > 0) blockedTime.byHost(hostMs, cause === 'host' ? 1 : 0, endMs)
  if (cause !== 'code' || codeMs < BLOCK_THRESHOLD_MS || frame === undefined) return
  const name = names.admit(nameOf(frame))
  announceSubject(name, 'function', frame)
  blockedTime.byFunction(name, codeMs, endMs)
}

function attributesOf({ cause, durationMs }: Pick<Block, 'cause' | 'durationMs'>, frame: StackFrame | undefined) {
  return {
    'pitwall.cause': cause,
    'pitwall.eventloop.blocked.duration': durationMs / 1_000,
    ...(frame && { 'code.function.name': nameOf(frame), 'code.file.path': frame.file, 'code.line.number': frame.line }),
  }
}
