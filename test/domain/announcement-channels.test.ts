/** Who hears of which moment. */
import { expect, test } from 'vitest';
import { recipientsFor } from '../../src/domain/announcement-channels.ts';
import { ANNOUNCEMENT_EVENTS } from '../../src/domain/notification.ts';
import { stakeholdersSchema } from '../../src/domain/stakeholders.ts';

const MAIL = { from: 'backout@example.com', smtp: { host: 'smtp.example.com' } };
const stakeholders = (on?: string[]) =>
  stakeholdersSchema.parse({ mail: MAIL, to: ['product@example.com'], ...(on === undefined ? {} : { on }) });

test('stakeholders hear of start, progress and end, and of what they chose instead', () => {
  const heard = (settings: ReturnType<typeof stakeholders>) =>
    ANNOUNCEMENT_EVENTS.filter(
      (event) => recipientsFor(event, { slack: undefined, stakeholders: settings }).length > 0,
    );
  expect(heard(stakeholders())).toEqual(['started', 'traffic-shifted', 'database-restored', 'ended']);
  expect(heard(stakeholders(['ended']))).toEqual(['ended']);
});

test('they come after the channels, which do not depend on them', () => {
  const slack = { incidents: { env: 'A' }, engineering: { env: 'B' } };
  expect(recipientsFor('ended', { slack, stakeholders: stakeholders() })).toEqual([
    'incidents',
    'engineering',
    'stakeholders',
  ]);
  expect(recipientsFor('ended', { slack })).toEqual(['incidents', 'engineering']);
  expect(recipientsFor('ended', {})).toEqual([]);
});

test.each([
  ['no address', { mail: MAIL, to: [] }],
  ['two addresses in one', { mail: MAIL, to: ['a@example.com, b@example.com'] }],
  ['a moment that there is not', { mail: MAIL, to: ['a@example.com'], on: ['begun'] }],
])('%s is refused', (_, settings) => {
  expect(stakeholdersSchema.safeParse(settings).success).toBe(false);
});
