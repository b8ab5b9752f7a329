/** The time-skipping server of a test file, there while its tests run. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openWorkflowLab } from '../support/time-skipping.ts';
import type { WorkflowLab } from '../support/time-skipping.ts';

/** One for all tests of the file. */
export function labOfFile(): WorkflowLab {
  const current = new CurrentLab();
  beforeAll(() => current.open());
  afterAll(() => current.close());
  return current;
}

/** A new one for each test: what one leaves under way would keep time from being skipped in the next. */
export function labOfEachTest(): WorkflowLab {
  const current = new CurrentLab();
  beforeEach(() => current.open());
  afterEach(() => current.close());
  return current;
}

/** Stands for the one that is open. The code of the workflows, which takes longest to make, is made once. */
class CurrentLab implements WorkflowLab {
  #lab: WorkflowLab | undefined;

  async open(): Promise<void> {
    this.#lab = await openWorkflowLab(this.#lab?.bundle);
  }

  get environment(): WorkflowLab['environment'] {
    return this.#open.environment;
  }

  get bundle(): WorkflowLab['bundle'] {
    return this.#open.bundle;
  }

  withWorker: WorkflowLab['withWorker'] = (activities, drive, place) =>
    this.#open.withWorker(activities, drive, place);

  restoreLocks: WorkflowLab['restoreLocks'] = () => this.#open.restoreLocks();

  async close(): Promise<void> {
    await this.#lab?.close();
  }

  get #open(): WorkflowLab {
    if (this.#lab === undefined) throw new Error('the lab is opened before the first test');
    return this.#lab;
  }
}
