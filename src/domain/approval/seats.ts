/** Which approvals there are and which are missing, as lines for status, question and report. */
import type { Person } from './people.ts';
import { mayTake } from './policy.ts';
import { fillSeats } from './quorum.ts';
import type { Approval, Approvals } from './state.ts';
import { describeAssurance, describePeople, describePerson } from './words.ts';
import { formatTime } from '../report/format.ts';

/** One line for each approval that the policy wants. */
export function seatLines({ terms, approvals }: Approvals): string[] {
  if (terms === null) return [];
  const { policy, requester } = terms;
  const sitting = fillSeats(
    policy.seats,
    approvals.map(({ by }) => by),
  );
  return policy.seats.map((seat, index) => {
    const given = approvals.find(({ by }) => by === sitting[index]);
    if (given !== undefined) return `${seat.who}: ${describeApproval(given, policy.people)}`;
    const open = mayTake(policy, seat, requester).filter((id) => !approvals.some(({ by }) => by === id));
    const excluded = requester !== null && !policy.requesterMayApprove && seat.people.includes(requester);
    const not = excluded ? `; not ${requester}, who asked for it` : '';
    return `${seat.who}: missing, from ${describePeople(policy.people, open)}${not}`;
  });
}

/** `anna (Anna Ax) approved at 2026-11-21 04:01:00 UTC (declared, not verified): looks right`. */
function describeApproval(approval: Approval, people: Person[]): string {
  const { by, at, note } = approval;
  const said = note === undefined || note === '' ? '' : `: ${note}`;
  return `${describePerson(people, by)} approved at ${formatTime(at)} (${describeAssurance(approval)})${said}`;
}
