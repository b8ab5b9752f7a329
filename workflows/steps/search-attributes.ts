/** How a rollback is found in Temporal's lists: by service, environment, kind, severity and state. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { Plan, RunKind } from '../../src/domain/plan.ts';
import type { Outcome, Phase } from '../../src/domain/rollback.ts';

type Shown = {
  plan: Pick<Plan, 'service' | 'environment'>;
  kind: RunKind;
  severity: string;
  state: Outcome | Phase;
};

export class SearchAttributes {
  #allowed: string[] = [];
  #lastState = '';

  /** Names those that the namespace has: none of the others is set. */
  allow(names: string[]): void {
    this.#allowed = names;
  }

  /** Does nothing where the state is as it was. */
  show({ plan, kind, severity, state }: Shown): void {
    if (state === this.#lastState) return;
    this.#lastState = state;
    const values: Record<string, string> = {
      BackoutService: plan.service,
      BackoutEnvironment: plan.environment,
      BackoutKind: kind,
      BackoutSeverity: severity,
      BackoutState: state,
    };
    const known = Object.entries(values).filter(([name]) => this.#allowed.includes(name));
    if (known.length === 0) return;
    upsertSearchAttributes(
      known.map(([name, value]) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
    );
  }
}
