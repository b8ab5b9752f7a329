/** A vitest reporter that keeps a file up to date with what runs and what came of it, so that a hang can be named. */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { TestEvent } from './test-summary.ts';

/** Where the events go: one JSON object a line. */
export const EVENTS_FILE = 'BACKOUT_TEST_EVENTS';

export default class EventReporter implements Reporter {
  readonly #path = process.env[EVENTS_FILE] ?? '';
  readonly #written = new Set<string>();

  onTestModuleStart(module: TestModule): void {
    this.#write({ event: 'begins', what: module.relativeModuleId });
  }

  onTestCaseReady(test: TestCase): void {
    this.#write({ event: 'begins', what: nameOf(test) });
  }

  onTestCaseResult(test: TestCase): void {
    this.#write({ event: 'ends', what: nameOf(test) });
  }

  onTestModuleEnd(module: TestModule): void {
    this.#written.add(module.id);
    this.#write({ event: 'ends', what: module.relativeModuleId });
    this.#write({
      event: 'file',
      file: module.relativeModuleId,
      ms: module.diagnostic().duration,
      tests: [...module.children.allTests()].map((test) => ({
        name: test.fullName,
        state: test.result().state,
      })),
      errors: [module, ...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map(({ message }) => message),
      ),
    });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly { message: string; stack?: string | undefined }[],
  ): void {
    for (const module of modules) if (!this.#written.has(module.id)) this.onTestModuleEnd(module);
    this.#write({ event: 'run-ends', unhandled: unhandled.map(({ message, stack }) => stack || message) });
  }

  #write(event: TestEvent): void {
    appendFileSync(this.#path, `${JSON.stringify(event)}\n`);
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
