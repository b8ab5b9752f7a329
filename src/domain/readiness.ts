/** What `backout doctor` learns of a target: could it be rolled back now? */

/** One thing that was looked at. `optional`: a rollback works without it, but worse. */
export type Finding = { name: string; ok: boolean; detail: string; fix?: string; optional?: true };

/** What was found of one service's environment. */
export type TargetReadiness = { service: string; environment: string; findings: Finding[] };
