/** The rules that hold where the configuration has none that fits (requirement F1). */
import { ruleSchema } from './settings.ts';
import type { ApprovalRule, ApprovalRuleInput } from './settings.ts';

const rule = (input: ApprovalRuleInput): ApprovalRule => ruleSchema.parse(input);

/** In order: the first that fits counts. An environment of any other name is treated like production. */
export const BUILT_IN_RULES: { name: string; rule: ApprovalRule }[] = [
  { name: 'development', rule: rule({ environments: ['development', 'dev', 'local', 'test'] }) },
  { name: 'staging', rule: rule({ environments: ['staging', 'stage'], tell: ['role:team-lead'] }) },
  {
    name: 'production, P0 and P1',
    rule: rule({ severities: ['P0', 'P1'], approvers: [{ from: ['role:on-call'] }] }),
  },
  {
    name: 'production, P2 and P3',
    rule: rule({
      approvers: [{ from: ['role:team-lead'] }, { from: ['role:reviewer', 'role:team-lead'] }],
    }),
  },
];
