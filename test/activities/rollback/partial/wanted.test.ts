import { expect, it } from 'vitest';
import { restored } from '../../../../activities/rollback/partial/wanted.ts';
import type { Look } from '../../../../activities/rollback/partial/wanted.ts';
import type { PartialEntry } from '../../../../src/domain/partial/record.ts';

const ENV = '/srv/.env.blue';
const common = { by: 'rollback-1', at: '2026-11-21T03:00:00.000Z', phase: 'changed' as const };
const FLAG: PartialEntry = {
  ...{ kind: 'flag', name: 'beta', where: `BETA in ${ENV} on web-1`, before: 'true', after: 'false' },
  ...common,
};
const FILE: PartialEntry = {
  ...{ kind: 'configuration', name: 'blue-env', file: ENV, kept: `${ENV}.backout-20261121-030000` },
  ...{ before: 'aa', after: 'bb' },
  ...common,
};

const lookAt = (entries: PartialEntry[], named: Partial<Look['request']> = {}) =>
  restored({
    deps: {},
    config: { target: { host: 'web-1' }, flags: { beta: { file: ENV } } },
    environment: 'production',
    request: { service: 'listings', ...named },
    record: { entries },
    signal: new AbortController().signal,
  } as unknown as Look);

const COMMAND = 'backout rollback partial listings --env production --restore';

it.each([{}, { flags: ['beta'] }])(
  'a flag is not put back before the file in which it stands, which was put back later (%j)',
  async (named) => {
    await expect(lookAt([FLAG, FILE], named)).rejects.toMatchObject({
      type: 'InvalidRequest',
      parts: {
        what: `${ENV} was changed for the configuration blue-env after it was changed for the flag beta: the newest has to be put back first, and by itself.`,
        changed: 'Nothing was changed: traffic and data are as they were.',
        next: `One after the other, each once the one before has ended: \`${COMMAND} --configuration blue-env --reason …\`, then \`${COMMAND} --flag beta --reason …\`.`,
      },
    });
  },
);

it('a file is not put back before the flag in it that was switched later', async () => {
  await expect(lookAt([FILE, FLAG])).rejects.toMatchObject({
    type: 'InvalidRequest',
    parts: {
      what: `${ENV} was changed for the flag beta after it was changed for the configuration blue-env: the newest has to be put back first, and by itself.`,
    },
  });
});
