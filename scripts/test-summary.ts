/** What a test run amounts to. Pure: from what the reporter wrote to what people and machines read. */

export type TestState = 'passed' | 'failed' | 'skipped' | 'pending';

/** One line of the reporter's file. */
export type TestEvent =
  | { event: 'begins'; what: string }
  | { event: 'ends'; what: string }
  | {
      event: 'file';
      file: string;
      ms: number;
      tests: { name: string; state: TestState }[];
      /** Outside of tests: the file can't be loaded, a hook of the whole file fails. */
      errors: string[];
    }
  | { event: 'run-ends'; unhandled: string[] };

/** How the process that ran the tests ended. */
export type Ending = { kind: 'exited'; code: number | null } | { kind: 'out-of-time'; limitSeconds: number };

export type ProjectResult = {
  project: string;
  seconds: number;
  passed: number;
  failed: number;
  /** Why the project failed, beyond the failures that vitest has shown already. */
  problems: string[];
  files: { file: string; ms: number }[];
};

/** A half-written last line, left by a killed process, is nothing. */
export function parseEvents(text: string): TestEvent[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestEvent);
}

export function summarize(run: {
  project: string;
  seconds: number;
  events: TestEvent[];
  ending: Ending;
  /** Programs that the tests had started and that still ran at the end. */
  leftovers: string[];
}): ProjectResult {
  const files = run.events.filter((event) => event.event === 'file');
  const tests = files.flatMap(({ file, tests: inFile }) => inFile.map((test) => ({ ...test, file })));
  const passed = tests.filter(({ state }) => state === 'passed').length;
  const failedTests = tests.filter(({ state }) => state === 'failed').length;
  const fileErrors = files.flatMap(({ file, errors }) => errors.map((error) => `${file}: ${error}`));
  const problems = [
    ...fileErrors,
    ...files
      .filter((one) => one.tests.length + one.errors.length === 0)
      .map(({ file }) => `no test in ${file}`),
    ...tests.filter(({ state }) => state === 'skipped' || state === 'pending').map(neverRan),
    ...unhandled(run.events),
    ...unfinished(run.events, run.ending),
    ...run.leftovers.map((program) => `still running after its tests, ended now: ${program}`),
  ];
  const none = tests.length === 0 && problems.length === 0 ? ['not one test ran'] : [];
  const failed = failedTests + problems.length + none.length;
  return {
    project: run.project,
    seconds: run.seconds,
    passed,
    failed: failed === 0 && !isClean(run.ending) ? 1 : failed,
    problems: [...problems, ...none, ...(failed === 0 ? unclean(run.ending) : [])],
    files: files.map(({ file, ms }) => ({ file, ms })),
  };
}

function neverRan({ file, name }: { file: string; name: string }): string {
  return `skipped, and a test that is skipped proves nothing: ${file} > ${name}`;
}

function unhandled(events: TestEvent[]): string[] {
  return events.flatMap((event) =>
    event.event === 'run-ends' ? event.unhandled.map((error) => `unhandled error: ${error}`) : [],
  );
}

/** What was going on when the time was up. */
function unfinished(events: TestEvent[], ending: Ending): string[] {
  if (ending.kind !== 'out-of-time') return [];
  const open = new Set<string>();
  for (const event of events) {
    if (event.event === 'begins') open.add(event.what);
    if (event.event === 'ends') open.delete(event.what);
  }
  const what = open.size === 0 ? ['no test: they had all ended, or none had begun'] : [...open];
  return [`not done within ${ending.limitSeconds} s; it hung in:\n    ${what.join('\n    ')}`];
}

function isClean(ending: Ending): boolean {
  return ending.kind === 'exited' && ending.code === 0;
}

function unclean(ending: Ending): string[] {
  if (ending.kind !== 'exited' || ending.code === 0) return [];
  return [`vitest ended with ${ending.code === null ? 'a signal' : `exit code ${ending.code}`}`];
}

/** The lines to print. The last one is always `N passed, M failed`. */
export function report(results: ProjectResult[], { slowest = 8 } = {}): string[] {
  const count = (key: 'passed' | 'failed') => results.reduce((sum, result) => sum + result[key], 0);
  const files = results
    .flatMap((result) => result.files)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, slowest);
  return [
    ...results.flatMap(({ project, problems }) => problems.map((problem) => `✗ ${project}: ${problem}`)),
    '',
    'slowest test files',
    ...files.map(({ file, ms }) => `${seconds(ms / 1000)}  ${file}`),
    '',
    'projects',
    ...results.map((one) => `${seconds(one.seconds)}  ${one.project}: ${totals(one)}`),
    '',
    totals({ passed: count('passed'), failed: count('failed') }),
  ];
}

function totals({ passed, failed }: { passed: number; failed: number }): string {
  return `${passed} passed, ${failed} failed`;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`.padStart(9);
}
