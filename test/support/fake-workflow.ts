/**
 * Stands in for what `@temporalio/workflow` gives a workflow that outlives a rollback, for moments that are too short to meet with
 * a server: in which it goes on with a new history.
 */
export type FakeWorkflow = {
  handlers: Map<string, (content: unknown) => unknown>;
  /** What it tells the rollback. */
  signal: (content: unknown) => Promise<void>;
  /** What it goes on with, each time. */
  carried: unknown[];
  watchesCancelled: number;
};

type Parts = { workflowId: string; activities: object };

export function fakeWorkflow(fake: FakeWorkflow, { workflowId, activities }: Parts) {
  return {
    proxyActivities: () => activities,
    setHandler: ({ name }: { name: string }, handler: (content: unknown) => unknown) =>
      void fake.handlers.set(name, handler),
    setCurrentDetails: () => undefined,
    workflowInfo: () => ({ workflowId, taskQueue: 'backout', continueAsNewSuggested: true }),
    allHandlersFinished: () => true,
    condition: async (isSo: () => boolean) => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    CancellationScope: class {
      run = <Result>(perform: () => Promise<Result>) => perform();
      cancel = () => void fake.watchesCancelled++;
    },
    getExternalWorkflowHandle: () => ({
      signal: (_name: unknown, content: unknown) => fake.signal(content),
    }),
    continueAsNew: async (_input: unknown, carried: unknown) => {
      fake.carried.push(carried);
      throw new Error('it goes on anew');
    },
  };
}
