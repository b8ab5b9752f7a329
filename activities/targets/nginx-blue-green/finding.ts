/** One thing that is looked at, as a finding: whatever goes wrong with it is what was found. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Finding } from '../../../src/domain/readiness.ts';

/** A rollback works, or may work: a person had better know. */
export type Remark = { detail: string; fix: string };

/** @param look says what is good, or a remark; throws what is in the way of a rollback */
export async function finding(name: string, look: () => Promise<string | Remark>): Promise<Finding> {
  try {
    const seen = await look();
    if (typeof seen === 'string') return { name, ok: true, detail: seen };
    return { name, ok: false, ...seen, optional: true };
  } catch (error) {
    if (error instanceof BackoutFailure)
      return { name, ok: false, detail: error.parts.what, fix: error.parts.next };
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The same for what a rollback can do without. */
export async function remark(name: string, look: () => Promise<string | Remark>): Promise<Finding> {
  return { ...(await finding(name, look)), optional: true };
}
