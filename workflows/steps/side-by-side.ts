/** Several things at once, of which none goes on alone when another one has failed. */
import { CancellationScope } from '@temporalio/workflow';

/**
 * Performs all of them side by side. When one fails, the others are cancelled and awaited, so that nothing of them runs
 * any more when this throws.
 * @throws what the first that failed threw
 */
export async function sideBySide(performs: (() => Promise<void>)[]): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const all = performs.map((perform) => perform());
    try {
      await Promise.all(all);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(all);
      throw error;
    }
  });
}
