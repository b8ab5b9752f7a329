/**
 * What one rollback needs of people: found from the settings when its plan is made, and frozen with it.
 * A change of the configuration, or of who has which role, does not change a rollback that runs.
 */
import type { Assurance } from '../messages.ts';
import type { Severity } from '../request.ts';
import { BUILT_IN_RULES } from './built-in-rules.ts';
import { describeReference, everybody, findPerson, resolveReferences } from './people.ts';
import type { Person } from './people.ts';
import { fillSeats } from './quorum.ts';
import { listed } from './words.ts';
import type { ApprovalKind, ApprovalRule, ApprovalSettings } from './settings.ts';

/** One approval that is needed. Each is given by somebody else. */
export type Seat = {
  /** As people read it: `on-call`, `team-lead or group payments`. */
  who: string;
  /** Ids of those who may give it. */
  people: string[];
};

export type Policy = {
  /** Which rule this comes from, for people. */
  rule: string;
  people: Person[];
  /** Empty: no approval is awaited. */
  seats: Seat[];
  /** Ids of those who are told and not waited for. */
  tell: string[];
  requesterMayApprove: boolean;
  expiresMinutes: number;
  assurance: Assurance;
  /** Null for a rollback that restores no database. */
  restore: {
    /** Ids of those who may type RESTORE; null: anybody, because no people are configured. */
    people: string[] | null;
    requesterMayConfirm: boolean;
    expiresMinutes: number;
    assurance: Assurance;
  } | null;
  /** Ids. */
  breakGlass: string[];
};

export type Occasion = { environment: string; severity: Severity; kind: ApprovalKind };

/**
 * The policy for a rollback.
 * @param settings null where none are configured: then nobody's approval is awaited, and anybody may type RESTORE
 */
export function policyFor(settings: ApprovalSettings | null, occasion: Occasion): Policy {
  if (settings === null) return withoutSettings(occasion);
  const { rule, origin } = ruleFor(settings, occasion);
  const idsOf = (references: string[]) => resolveReferences(settings, references);
  const { from, assurance, ...restore } = rule.restore;
  return {
    rule: origin,
    people: everybody(settings),
    seats: rule.approvers.flatMap(({ from: references, count }) =>
      Array.from({ length: count }, () => ({
        who: references.map(describeReference).join(' or '),
        people: idsOf(references),
      })),
    ),
    tell: idsOf(rule.tell),
    requesterMayApprove: rule.requesterMayApprove,
    expiresMinutes: rule.expiresMinutes,
    assurance: rule.assurance,
    restore: restoresDatabase(occasion)
      ? {
          ...restore,
          people: from === undefined ? Object.keys(settings.people) : idsOf(from),
          assurance: assurance ?? rule.assurance,
        }
      : null,
    breakGlass: idsOf(settings.breakGlass),
  };
}

function ruleFor(settings: ApprovalSettings, occasion: Occasion): { rule: ApprovalRule; origin: string } {
  const index = settings.rules.findIndex((rule) => fits(rule, occasion));
  const own = settings.rules[index];
  if (own !== undefined) return { rule: own, origin: `rule ${index + 1} of the configuration` };
  const builtIn = BUILT_IN_RULES.find(({ rule }) => fits(rule, occasion));
  if (builtIn === undefined) throw new Error('no built-in rule fits, and the last one fits everything');
  return { rule: builtIn.rule, origin: `the built-in rule for ${builtIn.name}` };
}

function fits(rule: ApprovalRule, { environment, severity, kind }: Occasion): boolean {
  return (
    (rule.environments?.includes(environment) ?? true) &&
    (rule.severities?.includes(severity) ?? true) &&
    (rule.kinds?.includes(kind) ?? true)
  );
}

function withoutSettings(occasion: Occasion): Policy {
  return {
    rule: 'no approvals are configured',
    people: [],
    seats: [],
    tell: [],
    requesterMayApprove: false,
    expiresMinutes: 60,
    assurance: 'declared',
    restore: restoresDatabase(occasion)
      ? { people: null, requesterMayConfirm: true, expiresMinutes: 240, assurance: 'declared' }
      : null,
    breakGlass: [],
  };
}

const restoresDatabase = ({ kind }: Occasion): boolean => kind === 'full';

/** The id of the person who asked, or the name as it was given where it is nobody's in the policy. */
export function requesterOf(policy: Policy, requestedBy: string): string {
  return findPerson(policy.people, requestedBy)?.id ?? requestedBy;
}

/** Who may give the approval of a seat, now that it is known who asked. */
export function mayTake(policy: Policy, seat: Seat, requester: string | null): string[] {
  return policy.requesterMayApprove ? seat.people : seat.people.filter((id) => id !== requester);
}

/**
 * Why this rollback could never go ahead, or its database never be restored; null when it can, if only because somebody
 * may break the glass. To be asked before anything is done, and before anybody is asked.
 * @param requestedBy as given in the request
 */
export function whyNeverApproved(policy: Policy, requestedBy: string | undefined): string | null {
  const { seats, restore } = policy;
  const mustBeOther =
    (seats.length > 0 && !policy.requesterMayApprove) || restore?.requesterMayConfirm === false;
  if (requestedBy === undefined && mustBeOther) {
    return (
      'the request does not say who asks (`requestedBy`), and whoever asks may not be the one who agrees: ' +
      'start it again with your name'
    );
  }
  const requester = requestedBy === undefined ? null : requesterOf(policy, requestedBy);
  // At night, who may break the glass is who is called.
  const empty = policy.breakGlass.length > 0 ? null : whyNobodyApproves(policy, requester);
  return empty ?? whyNobodyConfirms(policy, requester);
}

/**
 * Why the approvals can't all be given, whoever is awake; null when they can. Then only broken glass lets it go ahead.
 * @param requester as `requesterOf` has it
 */
export function whyNobodyApproves(policy: Policy, requester: string | null): string | null {
  const open = policy.seats.map((seat) => ({ people: mayTake(policy, seat, requester) }));
  const everyone = policy.people.map(({ id }) => id);
  const sitting = fillSeats(open, everyone);
  const empty = policy.seats.filter((_, index) => sitting[index] === null);
  if (empty.length === 0) return null;
  const excluded = empty.some((seat) => seat.people.length > mayTake(policy, seat, requester).length);
  return (
    `${policy.rule} needs approval by ${listed(policy.seats.map(whoOf), 'and')}, ` +
    `and nobody is left for ${listed(empty.map(whoOf), 'and')}` +
    (excluded ? `: ${requester} asked for it and may not approve it` : '')
  );
}

const whoOf = ({ who }: Seat): string => who;

function whyNobodyConfirms({ rule, restore }: Policy, requester: string | null): string | null {
  if (restore === null || restore.people === null) return null;
  const left = restore.people.filter((id) => restore.requesterMayConfirm || id !== requester);
  if (left.length > 0) return null;
  return restore.people.length === 0
    ? `${rule} leaves nobody who may type RESTORE`
    : `${rule} lets only ${requester} type RESTORE, who asked for it and may not`;
}

/** Ids of those who answer with a signature or not at all, in the order of the configuration. */
export function mustSign({ people, seats, breakGlass, assurance, restore }: Policy): string[] {
  const signers = [
    ...(assurance === 'signed' ? [...seats.flatMap((seat) => seat.people), ...breakGlass] : []),
    ...(restore?.assurance === 'signed' ? (restore.people ?? []) : []),
  ];
  return people.map(({ id }) => id).filter((id) => signers.includes(id));
}
