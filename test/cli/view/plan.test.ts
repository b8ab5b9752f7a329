import { expect, test } from 'vitest';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { fullPlan } from '../../support/full-records.ts';
import { at, makePlan } from '../../support/records.ts';
import { NO_COLOURS } from '../support/io.ts';

test('a plan says what serves now, from what evidence, and what would be run', () => {
  expect(renderPlan(makePlan(), NO_COLOURS))
    .toBe(`Plan 0123456789ab: traffic-only rollback of listings in production

  From      green (1.5.0)
  To        blue (1.4.0)
  Target    nginx upstream listings on web-1 (/etc/nginx/sites-available/listings)
  Expected  14.0 s
  Deadline  P1: traffic safe by 2026-11-21 04:26:40 UTC (15 min after 2026-11-21 04:11:40 UTC)

Seen at 2026-11-21 04:15:00 UTC
  blue (1.4.0): down in the configuration, gives 0 % of answers, process running, health healthy
    process running, pid 812; /health answers 200
  green (1.5.0): active in the configuration, gives 100 % of answers, process running, unhealthy
    process running, pid 997; /health answers 500
  X-Green-Weight: 100

Steps
  1. capture-before: Keep the state before the rollback (about 2.0 s, at most 1 min 0 s; changes nothing)
       keep a copy of /etc/nginx/sites-available/listings
  2. start-previous: not needed, blue runs already
  3. shift-traffic: Send all traffic to blue (1.4.0) (about 2.0 s, at most 1 min 0 s; changes nothing)
       - server 127.0.0.1:8080 down;
       + server 127.0.0.1:8080;
       nginx -t
       nginx -s reload
  4. capture-logs: Keep the logs of green (1.5.0) (about 2.0 s, at most 1 min 0 s; changes nothing)
       /var/log/listings/green.log
       /var/log/nginx/error.log
  5. stop-faulty: Stop green (1.5.0) (about 2.0 s, at most 1 min 0 s; changes nothing)
       systemctl stop green.service
  6. verify: Verify blue (1.4.0) (about 2.0 s, at most 1 min 0 s; changes nothing)
       health: /health healthy for 5 s without a break
  7. report: Write the incident report (about 2.0 s, at most 1 min 0 s; changes nothing)
  8. announce: Tell everybody how it ended (about 2.0 s, at most 1 min 0 s; changes nothing)
`);
});

test('a plan names its warnings, and the unfinished rollback that it continues', () => {
  const text = renderPlan(
    makePlan(
      {},
      {
        warnings: ['blue has not run since Monday'],
        continues: {
          owner: 'rollback-7',
          from: { name: 'green', version: '1.5.0' },
          to: { name: 'blue', version: null },
          phase: 'shifted',
          at: at(-600),
        },
      },
    ),
    NO_COLOURS,
  );
  expect(text).toContain(
    '\nContinues rollback-7, which ended unfinished (shifted, 2026-11-21 04:05:00 UTC): from green (1.5.0) to blue.\n',
  );
  expect(text).toContain('\nWarnings\n  - blue has not run since Monday\n');
});

test('a step that waits for a person takes that person’s time, at most until RESTORE expires', () => {
  const plan = fullPlan();
  const confirm: PlannedStep = {
    name: 'confirm-restore',
    title: 'Wait until a person has typed RESTORE',
    commands: [],
    changes: 'nothing',
    budgetSeconds: 60,
    expectedSeconds: 60,
  };
  expect(renderPlan({ ...plan, steps: [confirm] }, NO_COLOURS)).toContain(
    '1. confirm-restore: Wait until a person has typed RESTORE (a person’s time, at most 4 h; changes nothing)',
  );
});
