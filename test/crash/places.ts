/**
 * The places at which a worker can die: before, during and after everything that an activity does to the world, and
 * the boundaries of the activities themselves. They are found by watching a rollback that goes well, so that a new
 * step or a new command is covered without anybody remembering.
 */
import { appendFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Deps } from '../../activities/deps.ts';
import type { Host } from '../../activities/commands/host.ts';

export type Moment = 'before' | 'during' | 'after';

/** Notes every place in `log`, and kills this process at the one named `killAt`. */
export class Places {
  readonly #log: string;
  readonly #killAt: string | undefined;
  readonly #seen = new Map<string, number>();

  constructor(log: string, killAt: string | undefined) {
    this.#log = log;
    this.#killAt = killAt;
  }

  /** The same dependencies, with every call that reaches outside watched. */
  watch(deps: Deps): Deps {
    const rename = fs.rename.bind(fs);
    fs.rename = (from, to) => this.#around(`write ${String(to).split('/').at(-1)}`, () => rename(from, to));
    syncBuiltinESMExports();
    return {
      ...deps,
      hosts: { ...deps.hosts, get: (name) => this.#watchHost(deps.hosts.get(name)) },
      fetch: (...args) => this.#around('fetch', () => deps.fetch(...args)),
    };
  }

  /** Watches where an activity begins and where its result is still to be reported. */
  interceptor(): ActivityInboundCallsInterceptor {
    return {
      execute: async (input, next) => {
        this.#reach('activity', 'before');
        const result = await next(input);
        this.#reach('activity', 'after');
        return result;
      },
    };
  }

  #watchHost(host: Host): Host {
    return {
      name: host.name,
      warm: () => host.warm(),
      close: () => host.close(),
      run: (argv, options) => this.#around(describe(argv), () => host.run(argv, options)),
    };
  }

  /** What is before one thing is after another, or after the activity's beginning: that place has a name already. */
  async #around<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
    const acting = act();
    // By now the command is started (or the request is on its way), and goes on without us.
    if (this.#wanted(what, 'during')) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    const result = await acting;
    this.#reach(what, 'after');
    return result;
  }

  #reach(what: string, moment: Moment): void {
    const place = this.#place(what, moment);
    if (place === null) return;
    appendFileSync(this.#log, `${place}\n`);
    if (place === this.#killAt) process.kill(process.pid, 'SIGKILL');
  }

  #wanted(what: string, moment: Moment): boolean {
    const place = this.#place(what, moment);
    if (place === null) return false;
    appendFileSync(this.#log, `${place}\n`);
    return place === this.#killAt;
  }

  /** Named so that two runs name the same place alike, whatever runs side by side. Polls count once. */
  #place(what: string, moment: Moment): string | null {
    const name = `${activityName(what)}: ${what.replace(VARYING, '*')}, ${moment}`;
    const count = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, count);
    return count === 1 ? name : null;
  }
}

/** Times and random names of folders, which are others in each run. */
const VARYING = /\d{8}-\d{6}|(?<=backout-lab-)\w+?(?=[-/])/g;

/** Each activity and each message is a place of its own; reading or writing the same thing again, by the same code, is not. */
function activityName(what: string): string {
  try {
    const { activityType, activityId } = Context.current().info;
    return what === 'activity' || what === 'fetch' ? `${activityType} ${activityId}` : activityType;
  } catch {
    return 'outside';
  }
}

/** The program, and for our own scripts the line that tells them apart. */
function describe(argv: readonly string[]): string {
  const inner = argv.indexOf('backout', 4) > 0 ? argv.slice(argv.lastIndexOf('sh')) : argv;
  if (inner[0] !== 'sh')
    return inner
      .filter((word) => !word.startsWith('/'))
      .slice(0, 2)
      .join(' ');
  const script = inner[2] ?? '';
  const tail = script.trim().split('\n').at(-1) ?? '';
  return `script "${tail.slice(0, 40)}"`;
}
