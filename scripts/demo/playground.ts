/** `npm run demo -- --keep`: green is deployed again, bad as before, and everything waits for you. */
import { writeFile } from 'node:fs/promises';
import { siteFile } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { startService } from './service.ts';
import type { RunningService } from './service.ts';
import type { Around, Stage } from './stage.ts';
import { enter } from './terminal.ts';

type Parts = Stage & Pick<Around, 'say' | 'begin'>;

/** What is there to be rolled back. */
export type Job = {
  /** The word of the command line, and the workflow of that kind. */
  command: 'traffic-only' | 'full';
  workflowType: 'trafficOnlyRollback' | 'fullRollback';
  why: (version: string) => string;
  /** Which backup a full rollback restores. */
  backup?: string;
  /** What every deployment of green does beside. */
  deployed?: () => Promise<unknown>;
};

/** Runs until Ctrl-C. At a terminal, Enter deploys the next bad green. */
export async function playground({ sandbox, temporal, say, begin }: Parts, job: Job): Promise<never> {
  for (let patch = 1; ; patch++) {
    const version = `1.5.${patch}`;
    const green = await begin(() => deployGreen(sandbox, version, job));
    await job.deployed?.();
    say(instructions({ sandbox, temporal }, version, job));
    await (process.stdin.isTTY ? enter() : forEver());
    await green.kill();
  }
}

/** As the team's deployment does it: start the new version, give it all traffic. */
async function deployGreen(sandbox: Sandbox, version: string, job: Job): Promise<RunningService> {
  const { blue, green, nginx, site, folder, database } = sandbox;
  const service = await startService({
    colour: 'green',
    version,
    ...(job.command === 'full' ? {} : { bad: 0.5 }),
    directory: `${folder}/app`,
    port: green.port,
    ...(database === undefined ? {} : { database }),
  });
  const port = Number(new URL(sandbox.url).port);
  await writeFile(site, siteFile({ port, blue: blue.port, green: green.port }));
  await nginx.reload();
  return service;
}

/** Ctrl-C ends the program. */
function forEver(): Promise<never> {
  return new Promise(() => undefined);
}

function instructions({ sandbox, temporal }: Stage, version: string, job: Job): string {
  const { command, workflowType, backup } = job;
  const why = job.why(version);
  const input = JSON.stringify({
    ...{ service: 'listings', reason: why, requestedBy: 'you' },
    ...(backup === undefined ? {} : { backup }),
  });
  const program = `node bin/backout.js --config ${sandbox.configFile}`;
  const named = backup === undefined ? '' : ` --backup ${backup}`;
  return `
green (${version}) is deployed, live, and bad again. Roll it back in one of these ways (once it is rolled back, ${
    process.stdin.isTTY
      ? 'Enter deploys the next bad one for another way'
      : 'there is nothing left for another way'
  }):

  temporal CLI   ${temporal.cli} workflow start --address ${temporal.address} --task-queue backout \\
                   --type ${workflowType} --workflow-id rollback-by-hand-${version} --input '${input}'
  backout CLI    ${program} rollback ${command} listings --reason "${why}"${named}
  Temporal UI    ${temporal.uiUrl}/namespaces/default/workflows, "Start Workflow":
                   Workflow ID rollback-by-hand-${version}, Task Queue backout, Workflow Type ${workflowType},
                   Input ${input}
${
  backup === undefined
    ? ''
    : `
When it asks for RESTORE: ${program} confirm-restore WORKFLOW-ID
`
}
Watch it in the UI, or with: ${program} status
${process.stdin.isTTY ? 'Enter deploys the next bad green. ' : ''}Ctrl-C ends everything.`;
}
