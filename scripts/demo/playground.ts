/** `npm run demo -- --keep`: green is deployed again, bad as before, and everything waits for you. */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { EmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { siteFile } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { startService } from './service.ts';
import type { RunningService } from './service.ts';

type Parts = {
  sandbox: Sandbox;
  temporal: EmbeddedTemporal;
  say: (text?: string) => void;
  /** Takes what ends a thing that was started here. */
  atEnd: (stop: () => Promise<unknown>) => void;
};

/** Runs until Ctrl-C. At a terminal, Enter deploys the next bad green. */
export async function playground({ sandbox, temporal, say, atEnd }: Parts): Promise<never> {
  for (let patch = 1; ; patch++) {
    const version = `1.5.${patch}`;
    const green = await deployGreen(sandbox, version);
    atEnd(() => green.kill());
    say(instructions({ sandbox, temporal, version }));
    await (process.stdin.isTTY ? enter() : forEver());
    await green.kill();
  }
}

/** As the team's deployment does it: start the new version, give it all traffic. */
async function deployGreen(sandbox: Sandbox, version: string): Promise<RunningService> {
  const { blue, green, nginx, site, folder } = sandbox;
  const service = await startService({
    colour: 'green',
    version,
    bad: 0.5,
    directory: `${folder}/app`,
    port: green.port,
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

async function enter(): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    await terminal.question('');
  } finally {
    terminal.close();
  }
}

function instructions({
  sandbox,
  temporal,
  version,
}: Omit<Parts, 'say' | 'atEnd'> & { version: string }): string {
  const input = JSON.stringify({ service: 'listings', reason: `5xx since ${version}`, requestedBy: 'you' });
  return `
green (${version}) is deployed, live, and bad again. Roll it back in one of these ways (once it is rolled back, ${
    process.stdin.isTTY
      ? 'Enter deploys the next bad one for another way'
      : 'there is nothing left for another way'
  }):

  temporal CLI   ${temporal.cli} workflow start --address ${temporal.address} --task-queue backout \\
                   --type trafficOnlyRollback --workflow-id rollback-by-hand-${version} --input '${input}'
  backout CLI    node bin/backout.js --config ${sandbox.configFile} rollback traffic-only listings --reason "5xx since ${version}"
  Temporal UI    ${temporal.uiUrl}/namespaces/default/workflows, "Start Workflow":
                   Workflow ID rollback-by-hand-${version}, Task Queue backout, Workflow Type trafficOnlyRollback,
                   Input ${input}

Watch it in the UI, or with: node bin/backout.js --config ${sandbox.configFile} status
${process.stdin.isTTY ? 'Enter deploys the next bad green. ' : ''}Ctrl-C ends everything.`;
}
