/**
 * Mends a fault of the time-skipping server. It skips no time while an activity or the start of a child is open, and never notices
 * the end of one whose workflow is over, or that was cancelled before a worker began it: `lockTimer` without `unlockTimer` in
 * https://github.com/temporalio/sdk-java/blob/master/temporal-test-server/src/main/java/io/temporal/internal/testservice/TestWorkflowMutableStateImpl.java
 * From then on no time would ever be skipped.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkerInterceptors } from '@temporalio/worker';

/** Longer than a worker that is alive leaves an activity waiting. */
const IDLE_MS = 4000;
const LOOK_EVERY_MS = 500;

/** Milliseconds since 1970, by the clock of the server and by this machine's. */
type Clocks = { server: number; here: number };

export class TimeLocks {
  readonly #environment: TestWorkflowEnvironment;
  #running = 0;
  #activeAt = Date.now();
  /** How many calls wait for time to be skipped. */
  #awaiting = 0;
  #watching: Promise<void> = Promise.resolve();
  /** How many locks were taken away here. */
  #lifted = 0;

  constructor(environment: TestWorkflowEnvironment) {
    this.#environment = environment;
    const { workflow } = environment.client;
    workflow.result = this.#whileWatching(workflow.result.bind(workflow)) as typeof workflow.result;
    environment.sleep = this.#whileWatching(environment.sleep);
  }

  /** Tells of the activities that run, with which no time may be skipped. */
  readonly interceptors: WorkerInterceptors = {
    activity: [
      () => ({
        inbound: {
          execute: async (input, next) => {
            this.#running++;
            try {
              return await next(input);
            } finally {
              this.#running--;
              this.#activeAt = Date.now();
            }
          },
        },
      }),
    ],
  };

  /**
   * Puts back what was taken away: for a lock that was no leak, since what it waits for comes after all, with a new worker.
   * Without it, its end would lift another one, and time would never stand again.
   */
  async restore(): Promise<void> {
    await this.#watching;
    for (; this.#lifted > 0; this.#lifted--)
      await this.#environment.connection.testService?.lockTimeSkipping({});
  }

  #whileWatching<Arguments extends unknown[], Result>(call: (...args: Arguments) => Promise<Result>) {
    return async (...args: Arguments): Promise<Result> => {
      const calling = call(...args);
      if (this.#awaiting++ === 0)
        this.#watching = this.#watch().catch((error: unknown) => this.#unwatched(error));
      return await calling.finally(() => this.#awaiting--);
    };
  }

  async #watch(): Promise<void> {
    this.#activeAt = Date.now();
    let before = await this.#read();
    while (this.#awaiting > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      if (this.#awaiting === 0) return;
      const after = await this.#read();
      const isIdle = this.#running === 0 && after.here - this.#activeAt > IDLE_MS;
      const isStanding = after.server - before.server < after.here - before.here + LOOK_EVERY_MS;
      if (isIdle && isStanding && this.#awaiting > 0) await this.#unlock();
      before = after;
    }
  }

  /** The server is closed as soon as nobody awaits anything: what was asked of it at that moment is not answered. */
  #unwatched(error: unknown): void {
    if (this.#awaiting > 0) throw error;
  }

  async #read(): Promise<Clocks> {
    return { server: await this.#environment.currentTimeMs(), here: Date.now() };
  }

  /** Refused where no lock is left. */
  async #unlock(): Promise<void> {
    const { testService } = this.#environment.connection;
    await testService?.unlockTimeSkipping({}).then(
      () => this.#lifted++,
      () => undefined,
    );
  }
}
