/** Unit of a saving: seconds of work saved a second, bytes, US dollars an hour, or a share of one. */
export type SavingUnit = 's/s' | 'By' | 'usd/h' | 'ratio'

/** An estimate with an interval that is meant to cover the real value 19 times in 20; `lower <= likely <= upper`. */
export interface Estimate {
  readonly lower: number
  readonly likely: number
  readonly upper: number
}

/** An estimate and what it is counted in. */
export interface Saving extends Estimate {
  readonly unit: SavingUnit
}

export type Priority = 'critical' | 'high' | 'medium' | 'low'
export type Effort = 'minutes' | 'hours' | 'days'
export type Phase = 'quick-win' | 'next' | 'later'
/** Where in its life a recommendation is; derived from series, silences and the configuration. */
export type State = 'proposed' | 'accepted' | 'applied' | 'verified' | 'refuted' | 'stale' | 'dismissed'

/** What a change waits for: its saving has to be measured anew once the earlier one is made. */
export interface Dependency {
  /** Id of the recommendation that comes before. */
  readonly id: string
  /** Why both overlap, as a clause: `both change search, …`. */
  readonly why: string
}

/** One change worth making: what, where, why, what it gains, and how to make it. */
export interface Recommendation {
  /** Ten hexadecimal digits of a hash over rule, service and subject: two optimizers give the same. */
  readonly id: string
  /** Id of the rule, which is its file name. */
  readonly rule: string
  /** The change in the imperative, with the subject's name. */
  readonly title: string
  /** The change in one or two sentences, with the real names and numbers. */
  readonly advice: string
  readonly service: string
  /** Function or cache that it is about. */
  readonly subject: string
  /** `file:line`; empty when unknown. */
  readonly location: string
  readonly priority: Priority
  readonly effort: Effort
  readonly phase: Phase
  /** What comes before it in the plan; absent when it waits for nothing. */
  readonly waitsFor?: readonly Dependency[]
  readonly state: State
  /** Who accepted or dismissed it, and why; absent otherwise. `until`: Unix seconds. */
  readonly decision?: { readonly by: string; readonly reason: string; readonly until?: number }
  readonly saving: Saving
  /** What the record of the rule did to the saving (`prediction/correction.ts`); absent where nothing was done. */
  readonly correction?: { readonly likely: number; readonly width: number }
  /** The sentences that justify the claim: sample sizes, windows, observed ratios. */
  readonly evidence: readonly string[]
  /** Source code to paste, with the real names and numbers filled in. */
  readonly example: string
  /** Address of the rule's page. */
  readonly runbook: string
  /** Settings that the change consists of, for whoever applies it by program, for example `{ ttlSeconds: 60, maxEntries: 200 }`. */
  readonly change: Readonly<Record<string, string | number>>
  /** Unix seconds. */
  readonly createdAt: number
  readonly appliedAt?: number
  readonly verifiedAt?: number
  /** Measured after the change, in the unit of the saving. */
  readonly actual?: number
}

/** A subject that was looked at and got no advice, and the reason why not. */
export interface NotAdvised {
  readonly service: string
  readonly subject: string
  readonly rule: string
  readonly reason: string
}

/** How a service is; `unknown` where too little was measured to tell. */
export type HealthState = 'good' | 'degraded' | 'bad' | 'unknown'

/** The state of one service, and the sentences that say why. */
export interface ServiceHealth {
  readonly service: string
  readonly state: HealthState
  /** Of a good service: what was measured; of any other: what is not good. At least one. */
  readonly reasons: readonly string[]
}

/** The outcome of one cycle of the optimizer. */
export interface Report {
  /** Best first: ranked by the lower bound of the saving against the effort. */
  readonly recommendations: readonly Recommendation[]
  readonly notAdvised: readonly NotAdvised[]
  /** Every service that was measured, the worst first; absent where nothing was concluded. */
  readonly health?: readonly ServiceHealth[]
  /** Unix seconds of the evaluation. */
  readonly evaluatedAt: number
  /** What was not known while it was judged (silences that could not be read), one sentence each; absent when there was nothing. */
  readonly warnings?: readonly string[]
  /** Why there is no verdict (Prometheus unreachable, a partial answer, …); then nothing was concluded. */
  readonly noVerdict?: string
}
