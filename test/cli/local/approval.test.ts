import { expect, test } from 'vitest';
import { askToBreakGlass } from '../../../src/cli/local/approval.ts';
import { opened } from '../../support/approvals.ts';
import { fakeIo } from '../support/io.ts';

const NEEDED =
  'This rollback needs approval, and runs inside this command, where nobody else can give it:\n' +
  '  - on-call: missing, from anna (Anna Ax) or ben\n';

const asked = async (approvals: ReturnType<typeof opened>, answers?: string[]) => {
  const io = fakeIo(answers === undefined ? {} : { answers });
  return { reason: await askToBreakGlass({ approvals }, io), err: io.printed.err };
};

test('the glass is broken with a reason, and not without one', async () => {
  expect(await asked(opened(), ['Temporal is down, gina knows'])).toEqual({
    reason: 'Temporal is down, gina knows',
    err: `${NEEDED}gina may go ahead without (break-glass).\n`,
  });
  expect((await asked(opened(), [''])).reason).toBeNull();
});

test('nobody is asked where nobody may, or where there is no terminal', async () => {
  expect(await asked(opened({}, { breakGlass: [] }), ['because'])).toEqual({
    reason: null,
    err: `${NEEDED}Nobody may break the glass here (\`approvals.breakGlass\` in the configuration).\n`,
  });
  expect(await asked(opened())).toEqual({
    reason: null,
    err: `${NEEDED}There is no terminal to ask at, whether to go ahead without.\n`,
  });
});
