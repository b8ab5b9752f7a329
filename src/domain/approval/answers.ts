/** How a person answers a question: commands that are ready to paste, whatever the names in them hold. Pure. */
import type { ApprovalMessage, ApprovalMessageName } from './messages.ts';

/** What an answer is bound to. */
export type Bound = { workflowId: string; runId: string; planHash: string };

/** `command`: our CLI. `content`: what the Temporal UI and CLI send. */
export type Answer = { name: ApprovalMessageName; does: string; command: string; content: object };

type Wanted = Bound & { isSigned: boolean };

/** @param canBreakGlass, canApprove is there anybody who may? */
export function approvalAnswers({
  canBreakGlass,
  canApprove,
  ...wanted
}: Wanted & { canBreakGlass: boolean; canApprove: boolean }): Answer[] {
  const { planHash } = wanted;
  const binding = bindingOf(wanted);
  const approve = answer('approve', {
    does: 'let it go ahead',
    command: [...cli('approve', wanted), '--plan', planHash],
    content: { by: NAME, ...binding },
    wanted,
  });
  const glass = answer('breakGlass', {
    does: 'let it go ahead without the approvals (named people only, and everybody hears of it)',
    command: [...cli('break-glass', wanted), '--reason', WHY],
    content: { by: NAME, reason: WHY, ...binding },
    wanted,
  });
  const reject = rejection('end the rollback', wanted);
  if (!canApprove) return canBreakGlass ? [glass, reject] : [reject];
  return [approve, reject, ...(canBreakGlass ? [glass] : [])];
}

/** `backout confirm-restore` shows what would be lost and makes a person type the word. */
export function restoreAnswers({ backup, ...wanted }: Wanted & { backup: string }): Answer[] {
  const confirm = answer('confirmRestore', {
    does: 'let the database be restored',
    command: cli('confirm-restore', wanted),
    content: { phrase: 'RESTORE', by: NAME, backup, ...bindingOf(wanted) },
    wanted,
  });
  return [confirm, rejection('leave the database as it is', wanted)];
}

/** The command that gives the same answer once more, with a signature. */
export function signedCommand(
  message: ApprovalMessage,
  bound: Pick<Bound, 'workflowId' | 'planHash'>,
): string {
  const by = message.by === undefined ? [] : ['--by', message.by];
  const words = [...wordsOf(message, bound), ...by, '--sign'];
  return words.map((word) => shellWord(word.trim().replace(/\s+/g, ' '))).join(' ');
}

function wordsOf(message: ApprovalMessage, bound: Pick<Bound, 'workflowId' | 'planHash'>): string[] {
  const plan = ['--plan', bound.planHash];
  switch (message.name) {
    case 'approve':
      return [...cli('approve', bound), ...plan, ...(message.note ? ['--note', message.note] : [])];
    case 'reject':
      return [...cli('reject', bound), '--reason', message.reason];
    case 'breakGlass':
      return [...cli('break-glass', bound), '--reason', message.reason, ...plan];
    case 'confirmRestore':
      return cli('confirm-restore', bound);
  }
}

/** One line for a POSIX shell. */
export function signalLine(
  { workflowId, runId }: Pick<Bound, 'workflowId' | 'runId'>,
  answered: Answer,
): string {
  const input = JSON.stringify(answered.content);
  const words = ['--workflow-id', workflowId, '--run-id', runId, '--name', answered.name, '--input', input];
  return ['temporal', 'workflow', 'signal', ...words].map(shellWord).join(' ');
}

/** A word that a POSIX shell takes as it is. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const NAME = 'YOUR-NAME';
const WHY = 'WHY';

const bindingOf = ({ planHash, runId }: Bound) => ({ planHash, runId });
const cli = (command: string, { workflowId }: Pick<Bound, 'workflowId'>): string[] => [
  'backout',
  command,
  workflowId,
];

function rejection(does: string, wanted: Wanted): Answer {
  const content = { by: NAME, reason: WHY, ...bindingOf(wanted) };
  return answer('reject', { does, command: [...cli('reject', wanted), '--reason', WHY], content, wanted });
}

type Parts = { does: string; command: string[]; content: object; wanted: Wanted };

function answer(name: ApprovalMessageName, { does, command, content, wanted }: Parts): Answer {
  const words = wanted.isSigned ? [...command, '--sign'] : command;
  return { name, does, command: words.map(shellWord).join(' '), content };
}
