/** May a rollback go back across the migrations that came since? (requirement D5) Pure. */
import type { FailureParts, FailureType } from '../failure.ts';
import { NOTHING_CHANGED } from '../failure.ts';
import type { RollbackKind } from '../plan.ts';
import { asSentence } from '../report/plain.ts';
import type { MigrationsPlan, PlannedMigration } from './plan.ts';
import { listed, nameWithWord } from './words.ts';

type Question = {
  kind: RollbackKind;
  migrations: MigrationsPlan;
  service: string;
  environment: string;
  /** The release returned to, as people call it. */
  to: string;
  /** Why a person says that migrations are no hindrance. */
  ignore: string | undefined;
  requestedBy: string | undefined;
  /** Whether a full rollback could restore a database. */
  hasDatabase: boolean;
};

export type Judgement = {
  refusal: ({ type: FailureType } & FailureParts) | null;
  /** For the plan. */
  warnings: string[];
};

export function judgeMigrations(question: Question): Judgement {
  if (question.kind === 'full') return { refusal: null, warnings: fullWarnings(question) };
  const { migrations, ignore } = question;
  if (migrations.since === null) {
    return ignore === undefined
      ? { refusal: unreadable(question), warnings: [] }
      : {
          refusal: null,
          warnings: [ignoredWarning(question, `which migrations came since ${question.to} is not known`)],
        };
  }
  const inTheWay = migrations.since.filter(({ word }) => word !== 'additive');
  if (inTheWay.length === 0 && !migrations.mayBeMore) return { refusal: null, warnings: [] };
  const isIrreversible = inTheWay.some(({ word }) => word === 'irreversible');
  if (ignore === undefined || isIrreversible) return { refusal: refused(question, inTheWay), warnings: [] };
  return { refusal: null, warnings: [ignoredWarning(question, listed(inTheWay, migrations.mayBeMore))] };
}

function refused(question: Question, inTheWay: PlannedMigration[]): NonNullable<Judgement['refusal']> {
  const { migrations, to, ignore } = question;
  const count = inTheWay.length === 1 ? 'a migration' : `${inTheWay.length} migrations`;
  const isIrreversible = inTheWay.some(({ word }) => word === 'irreversible');
  return {
    type: 'MigrationsInTheWay',
    what:
      `A traffic-only rollback would put ${to} onto a database that it is not known to run on: ${count} applied since then ` +
      `${inTheWay.length === 1 ? 'stands' : 'stand'} in the way: ${listed(inTheWay, migrations.mayBeMore)}.` +
      (ignore !== undefined && isIrreversible
        ? ' --ignore-migrations does not reach over what its author marked irreversible.'
        : ''),
    changed: NOTHING_CHANGED,
    next: [...choices(question), isIrreversible ? null : insist(question, inTheWay)]
      .filter((choice) => choice !== null)
      .join(' '),
  };
}

function unreadable(question: Question): NonNullable<Judgement['refusal']> {
  const { migrations, to, service, environment, hasDatabase } = question;
  const recovery = hasDatabase
    ? ` If the database does not answer, \`backout recover ${service} --env ${environment} --reason WHY\` starts it.`
    : '';
  return {
    type: 'MigrationsUnreadable',
    what: `Which migrations came since ${to} could not be found out, so it is not known whether ${to} runs on the database. ${asSentence(migrations.problem ?? '')}`,
    changed: NOTHING_CHANGED,
    next:
      `Correct that and start again.${recovery} If you know that ${to} runs on the database as it is: ` +
      `\`backout rollback traffic-only ${service} --ignore-migrations "HOW YOU KNOW"\` (in JSON: \`ignoreMigrations\`); that goes into the report. ` +
      choices(question).join(' '),
  };
}

/** The three ways that are left. */
function choices({ migrations, service, environment, hasDatabase }: Question): string[] {
  const full = `\`backout rollback full ${service} --env ${environment} --reason WHY --released-at TIME\``;
  const down = migrations.down.map((line) => `\`${line}\``).join(', then ');
  return [
    hasDatabase
      ? `Choose: a full rollback, which takes the database back, too: ${full};`
      : 'Choose: a full rollback, which takes the database back, too (it needs `database` in the configuration);',
    down === ''
      ? 'or go down by your own means (no command for it is known), then start again;'
      : `or go down by your own command, then start again: ${down};`,
    'or fix forward.',
  ];
}

function insist({ service, to }: Question, inTheWay: PlannedMigration[]): string {
  const names = inTheWay.map(({ name }) => name).join(', ');
  return (
    `If ${to} does run on ${names === '' ? 'them' : names}: say so under \`migrations.additive\`, or for this once with ` +
    `\`backout rollback traffic-only ${service} --ignore-migrations "HOW YOU KNOW"\`.`
  );
}

function ignoredWarning({ ignore, requestedBy, to }: Question, what: string): string {
  const who = requestedBy ?? 'somebody who gave no name';
  return `Migrations are IGNORED, as ${who} says (“${ignore ?? ''}”): ${what}. Nobody has checked that ${to} runs on the database.`;
}

/** A full rollback takes them back; until RESTORE is typed, the release returned to meets them. */
function fullWarnings({ migrations, to }: Question): string[] {
  const { since, mayBeMore, problem } = migrations;
  if (since === null) return [`Which migrations came since ${to} is not known: ${asSentence(problem ?? '')}`];
  const inTheWay = since.filter(({ word }) => word !== 'additive');
  if (inTheWay.length === 0 && !mayBeMore) return [];
  return [
    `Until the database is restored, ${to} meets migrations that it is not known to run on: ${inTheWay.map(nameWithWord).join(', ')}${mayBeMore ? ', and maybe more' : ''}.`,
  ];
}
